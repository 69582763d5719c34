/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gate's state machine, as DESIGN's table has it. Each command and each
 * tick of the clock is one step; deadlines are counted in ticks.
 *
 * With MEMORY_FAILS closing may fail for lack of memory, and is tried again.
 * With EMIT the verifier prints each transition, for the test that replays them
 * against the module.
 */

#define OPEN		0
#define NOTICE		1
#define RESTRICTED	2

/* Lengths in ticks. They keep the rule notice + confirm < lease. */
#define LEASE		3
#define ANNOUNCED	1
#define TRIED		1
#define GRACE		1
#define WINDOW		1

/* Who owns a restriction, and what its loss leads to. */
#define NOBODY		0
#define HOLD_AT_ONCE	1
#define HOLD_LATER	2
#define OPEN_LATER	3

/* What the last step was. */
#define NOTHING		0
#define SET		1
#define TICK		2
#define EMERGENCY	3
#define OTHER		4

byte mode = OPEN;
bool trial;
bool orphaned;
byte owner = NOBODY;	/* of a restriction in force, present or lost */
byte lease;		/* ticks left of each deadline; 0: none runs */
byte notice;
byte confirm;		/* while in notice: the trial that will follow */
byte grace;
byte window;
bool wifi_in_profile = false;
byte last = NOTHING;

/* What the devices do. The profile gates all that can be gated. */
#define closed		(mode == RESTRICTED)
#define gated_wifi	(closed && wifi_in_profile)
#define gated_wired	closed
#define gated_wwan	(closed && window == 0)
#define flows_pass	true
#define keys_pass	true

#ifdef EMIT
c_code {
	static unsigned char before[9];

	#define STATE(x) x.mode, x.trial, x.orphaned, x.owner, x.lease, \
			 x.notice, x.confirm, x.grace, x.window

	static void emit(const char *event)
	{
		const unsigned char after[] = { STATE(now) };
		int i;

		for (i = 0; i < 9; i++)
			printf("%d", before[i]);
		printf(" %s ", event);
		for (i = 0; i < 9; i++)
			printf("%d", after[i]);
		printf("\n");
	}
}
#define STEP(event, what, when, change)					\
	:: d_step {							\
		(when);							\
		c_code { const unsigned char b[] = { STATE(now) };	\
			 memcpy(before, b, 9); };			\
		change;							\
		c_code { emit(event); };				\
	}
#else
#define STEP(event, what, when, change)	:: d_step { (when); change; last = what }
#endif

/* The gate opens: nothing of the restriction is left. */
inline gate_open()
{
	mode = OPEN; trial = false; orphaned = false; owner = NOBODY;
	lease = 0; notice = 0; confirm = 0; grace = 0
}

/* From open or at the end of a notice. */
inline gate_close()
{
	mode = RESTRICTED; notice = 0; trial = (confirm > 0)
}

/* A command to restrict: r another rule, n notice, c confirm, o owner. */
inline set(r, n, c, o)
{
	if
	:: mode == OPEN ->
		confirm = c;
		if
		:: n > 0 -> mode = NOTICE; notice = n
		:: else -> gate_close()
		fi
	:: mode == NOTICE ->
		/* Its end is never earlier. */
		confirm = c;
		if
		:: n > notice -> notice = n
		:: else
		fi
	:: mode == RESTRICTED && !r ->
		/* Renewed; a trial's deadline stays. */
		skip
	:: mode == RESTRICTED && r ->
		trial = (c > 0); confirm = c
	fi;
	lease = LEASE; grace = 0; orphaned = false; owner = o
}

inline release() { gate_open() }

inline confirm_now()
{
	if
	:: trial -> trial = false; confirm = 0
	:: else
	fi
}

inline end_grace()
{
	grace = 0;
	if
	:: mode == NOTICE || trial || owner == OPEN_LATER -> gate_open()
	:: else -> orphaned = true; owner = NOBODY
	fi
}

/* The socket closes: a restriction has an owner that is lost only once. */
inline owner_gone()
{
	if
	:: owner == HOLD_AT_ONCE -> end_grace()
	:: owner >= HOLD_LATER && grace == 0 -> grace = GRACE
	:: else
	fi
}

/* A profile that gates Wi-Fi is refused, so that the one in force stays. */
inline profile_wifi() { skip }

inline emergency_start() { window = WINDOW }
inline emergency_stop() { window = 0 }

inline count(timer)
{
	if
	:: timer > 0 -> timer--
	:: else
	fi
}

/* What is due, in the module's order: the lease wins ties. */
inline tick(memory)
{
	count(window);
	if
	:: mode == OPEN
	:: else ->
		lease--;
		if
		:: lease == 0 -> gate_open()
		:: else ->
			if
			:: grace == 1 -> end_grace()
			:: else -> skip
			fi;
			if
			:: trial && confirm == 1 -> gate_open()
			:: trial && confirm > 1 -> confirm--
			:: mode == NOTICE && notice > 1 -> notice--
			:: mode == NOTICE && notice == 1 && memory -> gate_close()
			:: else
			fi
		fi
	fi
}

#define SET_BY(r, n, c, o)	STEP("set:" #r ":" #n ":" #c ":" #o, SET, mode != OPEN || !r, set(r, n, c, o))
#define SETS(r, n, c)							\
	SET_BY(r, n, c, 0) SET_BY(r, n, c, 1)				\
	SET_BY(r, n, c, 2) SET_BY(r, n, c, 3)
#define ALL_SETS(r)	SETS(r, 0, 0) SETS(r, 0, 1) SETS(r, 1, 0) SETS(r, 1, 1)

active proctype gate()
{
	do
	ALL_SETS(0)
	ALL_SETS(1)
	STEP("release", OTHER, true, release())
	STEP("confirm", OTHER, true, confirm_now())
	STEP("confirm-stale", OTHER, true, skip)
	STEP("profile-wifi", OTHER, true, profile_wifi())
	STEP("owner-gone", OTHER, true, owner_gone())
	STEP("emergency-start", EMERGENCY, true, emergency_start())
	STEP("emergency-stop", OTHER, true, emergency_stop())
	STEP("tick", TICK, true, tick(true))
#ifdef MEMORY_FAILS
	STEP("tick-without-memory", TICK, true, tick(false))
#endif
	od
}

/*
 * The promises. Time goes on, but not even that is needed of anybody else: no
 * owner, no helper and no command.
 */
#define time_passes	([]<> (last == TICK))

/* I4: without a renewal every restriction ends. */
ltl restriction_ends {
	[] ((time_passes && [] (last != SET)) -> <> (mode == OPEN))
}

/* I4: no deadline of a restriction lies beyond the longest lease. */
ltl restriction_is_bounded {
	[] (lease <= LEASE && (mode == OPEN) == (lease == 0) &&
	    notice < LEASE && confirm < LEASE)
}

/* I2: the window opens in every state, and not only on the paper. */
ltl emergency_is_reachable {
	[] ((last == EMERGENCY) -> (window > 0 && !gated_wwan)) &&
	[] (flows_pass && keys_pass)
}

/* I1 */
ltl wifi_is_never_gated { [] (!gated_wifi) }

/* I3, and the notice's promise: nothing is gated that was only announced. */
ltl notice_gates_nothing { [] ((mode == NOTICE) -> (!gated_wired && !gated_wwan)) }

/* I8: a trial that nobody confirms, or whose owner is gone, does not stay. */
ltl trial_ends {
	[] ((trial && time_passes && [] (last != SET)) -> <> (!trial))
}

/* I8: who asked for open on the loss of the owner gets it. */
ltl loss_opens {
	[] ((owner == OPEN_LATER && grace > 0 && time_passes &&
	     [] (last != SET)) -> <> (mode == OPEN))
}

/* I5: an open gate owes nothing: no owner, no deadline, no trial. */
ltl open_is_clean {
	[] ((mode == OPEN) -> (owner == NOBODY && !trial && !orphaned &&
			       notice == 0 && confirm == 0 && grace == 0))
}
