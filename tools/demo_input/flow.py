"""One approval from its request to its end, told by whichever source says each part."""

from .company import CI, LAB, PEOPLE, POLICIES, SLACK, policy_ref, pid, principal
from .stage import at, digest, digest_of, merkle_path, merkle_root, batch_leaf, stamp

# Version 2 of the production policy is in force from Monday 9 November, 11:00 on (see `routine.new_policy`).
POLICY_CHANGE = 7 * 86400 + 11 * 3600

SLACK_CHANNEL = {"kind": "slack", "id": "T0NORDLI/C0APPROVALS"}
API_CHANNEL = {"kind": "api"}
STRONG = {"method": "webauthn", "strength": "phishing_resistant"}


def governing(source, when):
    if source is CI:
        return "delivery", 1
    return "production", 2 if when > POLICY_CHANGE else 1


def rule_of(policy, rule):
    return next(r for r in POLICIES[policy]["rules"] if r["id"] == rule)


def executor_service(source):
    return {"/gateways/eu-1": "service:eu-runner", "/gateways/us-1": "service:us-runner", "/gateways/ci": "service:ci-runner",
            "/gateways/lab": "service:eu-runner"}[source.path]


class Case:
    """The gateway's side of one subject. Every method adds one event; times are seconds from the period's start."""

    def __init__(self, stage, source, when, action, rule):
        self.stage, self.source, self.when, self.rule = stage, source, when, rule
        self.subject = stage.subject(when)
        self.action, self.digest = action, digest_of(action)
        self.policy = governing(source, when)
        self.shown = {}

    def say(self, kind, when, data, source=None, event_id=None, delay=None):
        return self.stage.add(source or self.source, kind, when, data, self.subject, event_id, delay)

    def cited(self):
        return policy_ref(*self.policy, self.rule)

    def request(self, requester, context=None):
        self.requester = requester
        ttl = rule_of(self.policy, self.rule)["request_ttl_s"]
        self.expires = self.when + ttl
        data = {"requester": requester, "action": self.action, "action_digest": self.digest, "policy": self.cited(),
                "expires_at": stamp(at(self.expires))}
        if context:
            data["context"] = context
        return self.say("approval.requested", self.when, data)

    def notify(self, when, reviewers, truncated=False):
        """Shows the case to `reviewers`: a chat message to those with an account there, a page to everybody."""
        for name, channel in (("slack", SLACK_CHANNEL), ("api", API_CHANNEL)):
            recipients = [pid(k) for k in reviewers if name == "api" or PEOPLE[k].slack]
            if not recipients:
                continue
            text = "%s asks on %s: %s, %s" % (pid(self.requester["id"]), name, self.action["verb"], self.digest)
            self.shown[name, self.digest] = digest(text.encode())
            data = {"recipients": recipients, "channel": channel, "shown_digest": self.shown[name, self.digest],
                    "action_digest": self.digest, "truncated": truncated}
            if name == "slack":
                data["message_id"] = message_id(self.when)
            self.say("approval.notified", when, data)
            when += 0.05

    def vote(self, key, when, decision="approve", over=None, shown=True, **more):
        """A vote over chat, or over the gateway's page; `shown` may be a digest, or False for none."""
        person = PEOPLE[key]
        if over is None:
            over = "slack" if person.slack and self.stage.chance(0.6) and key not in NO_CHAT_VOTES else "api"
        data = {"decision": decision, "action_digest": self.digest, "channel": SLACK_CHANNEL if over == "slack" else API_CHANNEL}
        if shown is True:
            data["shown_digest"] = self.shown[over, self.digest]
        elif shown:
            data["shown_digest"] = shown
        data.update(more)
        if over == "slack":
            account = person.slack
            data.setdefault("reviewer", {"kind": "human", "id": account})
            data["evidence"] = {
                "method": "slack-v0-hmac-sha256", "grade": "A", "binds_body": True, "key_ref": "slack-signing/2026-09",
                "raw_digest": digest(("payload=" + self.subject + account + stamp(at(when))).encode())}
            event_id = "T0NORDLI/%s/approval.%s/%s/%s" % (message_id(self.when), decision, account.split("/")[1], self.subject)
            return self.say("approval.reviewed", when, data, SLACK, event_id + "/" + self.digest[7:15])
        session = "s-" + digest((key + stamp(at(when))).encode())[7:15]
        data.setdefault("reviewer", person.principal(auth=dict(STRONG, credential="wa-" + person.id[-4:].lower(), session=session)))
        data["evidence"] = {
            "method": "bearer", "grade": "B", "binds_body": False, "key_ref": self.source.caller,
            "raw_digest": digest(("POST" + self.subject + key + stamp(at(when))).encode())}
        return self.say("approval.reviewed", when, data)

    def grant(self, when, votes, over=None, uses=None):
        ttl = rule_of(self.policy, self.rule)["grant_ttl_s"]
        self.lapses = when + ttl
        data = {"action_digest": over or self.digest, "votes": votes, "not_after": stamp(at(self.lapses))}
        if uses:
            data["uses"] = uses
        self.granted = self.say("approval.granted", when, data)
        return self.granted

    def amend(self, when, by, action, reason):
        old = self.digest
        self.action, self.digest = action, digest_of(action)
        return self.say("approval.amended", when, {
            "amended_by": by, "old_digest": old, "action": action, "action_digest": self.digest, "policy": self.cited(),
            "reason": reason})

    def start(self, when, executor, authority=None, run="run-1", **more):
        data = {"execution_id": run, "executor": executor, "authority": authority or {"kind": "grant", "event": self.granted},
                "action_digest": self.digest}
        data.update(more)
        return self.say("action.started", when, data)

    def finish(self, when, run="run-1", outcome="succeeded", **more):
        return self.say("action.finished", when, dict({"execution_id": run, "outcome": outcome}, **more))

    def executor(self):
        """The gateway's own hands, acting for whoever asked."""
        return dict(principal(executor_service(self.source)), on_behalf_of=strip(self.requester))


NO_CHAT_VOTES = {"rafael"}


def strip(who):
    """A principal without how it was authenticated for another event."""
    value = {"kind": who["kind"], "id": who["id"]}
    if "on_behalf_of" in who:
        value["on_behalf_of"] = strip(who["on_behalf_of"])
    return value


def message_id(when):
    return "%d.%06d" % (int(at(when).timestamp()), int(when * 7919) % 1000000)


class BatchItems:
    """Actions under one approval, and the proof of each."""

    def __init__(self, actions):
        self.digests = [digest_of(a) for a in actions]
        self.leaves = [batch_leaf(d) for d in self.digests]
        self.batch = {"count": len(actions), "root": "sha256:" + merkle_root(self.leaves).hex()}

    def path(self, item):
        return ["sha256:" + h.hex() for h in merkle_path(item, self.leaves)]
