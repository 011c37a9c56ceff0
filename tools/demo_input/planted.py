"""What is wrong in the two weeks, and what cannot be known: each case says what it is and which verdicts follow.

The verdicts are written down here, by whoever plants the case, from the meaning of each check; nothing evaluates
the events. A case that is not listed has no verdict but "holds" in R01 to R03."""

from .company import (CI, DAY, EU, HOUR, LAB, LAB_SILENT_FROM, PEOPLE, TOMAS, TRAIL, US, pid, policy_ref, principal)
from .flow import Case, strip
from .routine import agent, context, database_action, exempted, export_action, run
from .stage import digest, digest_of, stamp, at


class Plan:
    """The expected verdicts, and the words for the README."""

    def __init__(self):
        self.findings, self.undecidable, self.stories = [], [], []

    def expect(self, case, title, text, findings=(), undecidable=()):
        self.findings += [{"check": c, "subject": case.subject} for c in findings]
        self.undecidable += [{"check": c, "subject": case.subject} for c in undecidable]
        verdicts = ["finding " + ", ".join(findings)] * bool(findings) + ["undecidable " + ", ".join(undecidable)] * bool(undecidable)
        self.stories.append((case.subject, case.source.path, title, text, "; ".join(verdicts)))


def write_case(stage, when, asks, source=EU):
    case = Case(stage, source, when, database_action(stage), "database-write")
    case.request(asks, context(stage, asks["kind"] == "agent"))
    return case


def approved(case, key, over="api", **vote):
    """Shown to one reviewer, approved and granted."""
    case.notify(case.when + 0.5, [key])
    case.grant(case.when + 307, [case.vote(key, case.when + 300, over=over, **vote)])
    return case.when + 307


def plant(stage):
    plan = Plan()
    for flow in (alias, two_steps, owner, approver_runs, wrong_account, changed_command, no_grant, dangling, foreign_grant,
                 raced_by_amendment, old_grant_after_amendment, stale_vote, nothing_shown, cut_off, shown_elsewhere, no_exemption,
                 ran_outside, unbound_account, endless_agents, stranger_asks, stranger_behind_agent, optional_showing, silent_gateway):
        flow(stage, plan)
    return plan


def alias(stage, plan):
    case = write_case(stage, DAY + 13 * HOUR, principal("jonas"))
    run(stage, case, approved(case, "jonas", over="slack"))
    plan.expect(case, "Self-approval over an alias",
                "Jonas asks under his directory id and approves with his Slack account, which the directory has bound to him. "
                "The gateway's runner then acts for him, so the approver also stands in the executor's chain.", ["R03.1"])


def two_steps(stage, plan):
    asks = agent("agent:report-writer", "agent:planner", "priya")
    case = write_case(stage, 2 * DAY + 10 * HOUR, asks)
    run(stage, case, approved(case, "priya"))
    plan.expect(case, "Self-approval over two steps",
                "report-writer acts for planner, which acts for Priya; Priya approves, and the runner acts for the same chain.",
                ["R03.2"])


def owner(stage, plan):
    case = Case(stage, CI, 3 * DAY + 9 * HOUR, {
        "verb": "deploy.release", "resource": {"type": "service", "id": "tracking-api", "environment": "production"},
        "content": {"digest": digest(b"image tracking-api 77"), "size": 40000077,
                    "media_type": "application/vnd.oci.image.manifest.v1+json"}}, "release")
    case.request(agent("agent:planner", "grace"), context(stage, True))
    run(stage, case, approved(case, "marc"))
    plan.expect(case, "The agent's owner approves", "planner asks for Grace; Marc, who answers for planner, approves.", ["R03.3"])


def approver_runs(stage, plan):
    case = write_case(stage, 3 * DAY + 11 * HOUR, principal("tilda"))
    run(stage, case, approved(case, "wei"), executor=principal("service:eu-runner", "wei"))
    plan.expect(case, "The approver runs it", "Tilda asks, Wei approves, and the runner acts for Wei.", ["R03.4"])


def wrong_account(stage, plan):
    case = write_case(stage, 3 * DAY + 14 * HOUR, principal("bram"))
    reviewer = principal("priya", via={"system": "slack", "id": PEOPLE["wei"].slack, "binding": "manual"})
    run(stage, case, approved(case, "priya", reviewer=reviewer))
    plan.expect(case, "Another person's account",
                "The gateway says that Priya voted through a Slack account; the directory has bound that account to Wei.", ["R03.5"])


def changed_command(stage, plan):
    case = write_case(stage, 4 * DAY + 9 * HOUR, agent("agent:db-tuner", "tilda"))
    granted = approved(case, "wei", over="slack")
    other = dict(case.action, parameters={"sql": "DELETE FROM orders"})
    case.start(granted + 9, case.executor(), action=other, action_digest=digest_of(other))
    case.finish(granted + 31, records=48213)
    plan.expect(case, "Changed after the approval", "What runs is not what was granted: the WHERE is gone.", ["R02.1"])


def no_grant(stage, plan):
    action = database_action(stage)
    case = Case(stage, US, 4 * DAY + 10 * HOUR, action, "database-write")
    case.start(case.when, principal("service:us-runner", "bram"), {"kind": "none"}, action=action)
    case.finish(case.when + 3, records=12)
    plan.expect(case, "Run without any grant", "The gate lets a statement through with authority `none`.", ["R01.1"])


def dangling(stage, plan):
    case = write_case(stage, 4 * DAY + 13 * HOUR, principal("tilda"))
    case.notify(case.when + 0.5, ["jonas"])
    case.vote("jonas", case.when + 300, over="slack")
    missing = {"source": EU.path, "id": stage.uuid7(at(case.when + 306))}
    case.start(case.when + 320, case.executor(), {"kind": "grant", "event": missing})
    case.finish(case.when + 325, records=1)
    plan.expect(case, "A grant that does not exist",
                "The start names a grant of eu-1 that is nowhere in the log, though nothing of eu-1 is missing.", ["R01.1"])


def foreign_grant(stage, plan):
    first = write_case(stage, 4 * DAY + 15 * HOUR, principal("bram"), US)
    granted = approved(first, "priya")
    run(stage, first, granted)
    case = Case(stage, US, first.when + 1200, first.action, "database-write")
    case.request(principal("bram"), context(stage, False))
    case.start(case.when + 30, case.executor(), {"kind": "grant", "event": first.granted})
    case.finish(case.when + 33, records=1)
    plan.expect(case, "The grant of another case",
                "The same statement is asked for again and run at once, under the grant of %s." % first.subject, ["R01.1"])


def raced_by_amendment(stage, plan):
    case = write_case(stage, 5 * DAY + 10 * HOUR, principal("tilda"))
    case.notify(case.when + 0.5, ["jonas"])
    vote = case.vote("jonas", case.when + 300, over="api")
    before = case.digest
    case.amend(case.when + 330, principal("tilda"), dict(case.action, parameters={"sql": "UPDATE routes SET hub='BRE'"}), "one hub more")
    case.grant(case.when + 340, [vote], over=before)
    case.start(case.when + 350, case.executor(), action_digest=before)
    case.finish(case.when + 352, records=90)
    plan.expect(case, "Granted what was no longer asked",
                "The request is amended; ten seconds later the gateway grants, and runs, what stood there before. The votes that the grant counts were void by then.", ["R02.2", "R02.3"])


def old_grant_after_amendment(stage, plan):
    case = write_case(stage, 7 * DAY + 14 * HOUR, agent("agent:db-tuner", "tilda"))
    granted = approved(case, "wei")
    case.amend(granted + 20, principal("tilda"), dict(case.action, parameters={"sql": "DELETE FROM tariffs WHERE year<2020"}), "wider range")
    case.start(granted + 40, case.executor())
    case.finish(granted + 47, records=7011)
    plan.expect(case, "A grant that an amendment voided",
                "Amended after the grant and run at once under it: the grant is void, and what runs is not what it was for.",
                ["R02.1", "R02.2"])


def stale_vote(stage, plan):
    case = Case(stage, EU, 8 * DAY + 9 * HOUR, export_action(stage), "export-personal-data")
    case.request(principal("mira"), context(stage, False))
    case.notify(case.when + 0.5, ["hanna", "amara"])
    old = case.vote("hanna", case.when + 200, over="slack")
    rows = case.action["parameters"]["rows"] * 10
    case.amend(case.when + 260, principal("mira"), dict(case.action, parameters={"format": "parquet", "rows": rows}), "all years")
    case.notify(case.when + 261, ["hanna", "amara"])
    new = case.vote("amara", case.when + 500, over="api")
    case.grant(case.when + 507, [old, new])
    run(stage, case, case.when + 507, records=rows)
    plan.expect(case, "A vote for something else is counted",
                "Hanna approved the export before it grew tenfold; her vote is counted for the new one.", ["R02.3"])


def nothing_shown(stage, plan):
    case = Case(stage, EU, 8 * DAY + 11 * HOUR, export_action(stage), "export-personal-data")
    case.request(principal("yusuf"), context(stage, False))
    case.notify(case.when + 0.5, ["hanna", "lucia"])
    votes = [case.vote("hanna", case.when + 250, over="slack"), case.vote("lucia", case.when + 300, over="api", shown=False)]
    case.grant(case.when + 307, votes)
    run(stage, case, case.when + 307, records=case.action["parameters"]["rows"])
    plan.expect(case, "Nothing says what was shown",
                "One vote carries no digest of what the reviewer saw, and the rule for personal data requires it.", ["R02.4"])


def cut_off(stage, plan):
    case = write_case(stage, 8 * DAY + 13 * HOUR, principal("bram"))
    case.notify(case.when + 0.5, ["jonas"], truncated=True)
    case.grant(case.when + 307, [case.vote("jonas", case.when + 300, over="slack")])
    run(stage, case, case.when + 307)
    plan.expect(case, "Approved a truncated message", "The chat message was cut off, and was approved all the same.", ["R02.4"])


def shown_elsewhere(stage, plan):
    case = write_case(stage, 9 * DAY + 9 * HOUR, principal("tilda"))
    run(stage, case, approved(case, "wei", shown=digest(b"a page of another case")))
    plan.expect(case, "Shown something else", "The vote names a page that this case never showed anybody.", ["R02.4"])


def no_exemption(stage, plan):
    action = database_action(stage)
    case = exempted(stage, 9 * DAY + 11 * HOUR, US, "db.execute", agent("agent:ledger-clerk", "yusuf"), "database-write", action)
    plan.expect(case, "An exemption that the rule does not give",
                "The gate exempts a write and cites the rule for database writes, which asks for a review.", ["R01.2"])


def ran_outside(stage, plan):
    case = write_case(stage, 9 * DAY + 14 * HOUR, principal("bram"), US)
    case.notify(case.when + 0.5, ["priya"])
    vote = case.vote("priya", case.when + 400, "deny", over="api", reason="not without a backup")
    case.say("approval.denied", case.when + 406, {"action_digest": case.digest, "cause": "vote", "votes": [vote]})
    case.say("action.observed", case.when + 1500, {
        "external_id": "evt-%010x" % stage.whole(0, 2**40 - 1), "actor": principal("bram"), "action": case.action,
        "action_digest": case.digest}, TRAIL)
    plan.expect(case, "Run past the gate", "Denied, and seen in the cloud's own log half an hour later; no gateway started it.", ["R01.4"])


def unbound_account(stage, plan):
    case = Case(stage, EU, 10 * DAY + 9 * HOUR, export_action(stage), "export-personal-data")
    case.request(agent("agent:report-writer", "mira"), context(stage, True))
    case.notify(case.when + 0.5, ["rafael", "amara"])
    votes = [case.vote("rafael", case.when + 200, over="slack"), case.vote("amara", case.when + 300, over="api")]
    case.grant(case.when + 307, votes)
    run(stage, case, case.when + 307, records=case.action["parameters"]["rows"])
    plan.expect(case, "An account that nobody has bound",
                "One of two votes comes from a Slack account that no directory entry explains: whose it is, and so whether it is "
                "the requester's, her agent's owner's or the executor's, cannot be known.", undecidable=["R03.2"])


def endless_agents(stage, plan):
    case = write_case(stage, 10 * DAY + 11 * HOUR, agent("agent:db-tuner", "service:night-scheduler"))
    run(stage, case, approved(case, "priya"))
    plan.expect(case, "Agents all the way down",
                "db-tuner acts for the night scheduler, and nobody says whom that acts for.", undecidable=["R03.2"])


def stranger_asks(stage, plan):
    case = write_case(stage, 10 * DAY + 13 * HOUR, {"kind": "human", "id": "partner:k-17"})
    run(stage, case, approved(case, "jonas"))
    plan.expect(case, "A stranger asks",
                "The requester is neither enrolled nor in a roster: nothing says that it is not the reviewer.", undecidable=["R03.1"])


def stranger_behind_agent(stage, plan):
    asks = agent("agent:ledger-clerk")
    asks["on_behalf_of"] = {"kind": "human", "id": "partner:k-22"}
    case = write_case(stage, 10 * DAY + 15 * HOUR, asks)
    run(stage, case, approved(case, "wei"))
    plan.expect(case, "A stranger behind an agent", "ledger-clerk acts for somebody whom the log does not know.",
                undecidable=["R03.2"])


def optional_showing(stage, plan):
    case = write_case(stage, 11 * DAY + 9 * HOUR, principal("tilda"))
    run(stage, case, approved(case, "jonas", shown=False))
    plan.expect(case, "Nothing says what was shown, and nothing had to",
                "As above, but under a rule that leaves it open.", undecidable=["R02.4"])


def silent_gateway(stage, plan):
    when = LAB_SILENT_FROM - 900
    case = write_case(stage, when, principal("bram"), LAB)
    case.notify(when + 0.5, ["jonas"])
    case.vote("jonas", when + 800, over="slack")
    lost = {"source": LAB.path, "id": stage.uuid7(at(when + 870))}
    runner = principal("service:eu-runner", "bram")
    case.say("action.started", when + 1500, {"execution_id": "run-1", "executor": runner, "authority": {"kind": "grant", "event": lost},
                                             "action_digest": case.digest}, EU)
    case.say("action.finished", when + 1510, {"execution_id": "run-1", "outcome": "succeeded", "records": 4}, EU)
    plan.expect(case, "The gateway that fell silent",
                "eu-1 runs under a grant of the lab gateway, which has not been heard of since (its heartbeats are overdue): the "
                "grant may exist.", undecidable=["R01.1"])


def aftermath(stage, plan):
    """The compliance manager takes up the first finding."""
    start = next(e["event"] for e in stage.events if e["event"].get("subject") == plan.findings[0]["subject"]
                 and e["event"]["type"].endswith("approval.reviewed.v1"))
    stage.add(TOMAS, "finding.disposed", 8 * DAY + 16 * HOUR, {
        "check": "R03.1", "entries": [{"source": start["source"], "id": start["id"]}], "disposition": "confirmed", "owner": pid("olek"),
        "decided_by": principal("tomas"), "ticket": "NL-2101", "reason": "Jonas confirms that he approved his own request"},
        subject=start["subject"])
    stage.add(TOMAS, "record.annotated", 8 * DAY + 16 * HOUR + 60, {
        "target": {"source": start["source"], "id": start["id"]}, "author": principal("tomas"), "text": "See NL-2101."})
