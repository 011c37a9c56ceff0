"""What every event type says, read from EVENTS.md: the examples of tools/make-event-vectors."""

import base64
import hashlib
import json


def canonical(value):
    """RFC 8785, as far as these examples go: ASCII names, integers and short fractions."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of(value):
    return digest(canonical(value))


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def sample(label):
    """16 bytes that stand for random ones."""
    return hashlib.sha256(("sample " + label).encode()).digest()[:16]


def conceal(holder, *names):
    """Moves members behind digests (RFC 9901 section 4.2); answers the disclosures."""
    disclosures = []
    for name in names:
        parts = [base64url(sample("salt " + name)), name, holder.pop(name)]
        disclosures.append(base64url(json.dumps(parts, separators=(", ", ": ")).encode()))
    digests = [base64url(hashlib.sha256(d.encode()).digest()) for d in disclosures]
    holder["_sd"] = sorted(digests)
    return disclosures


TIME = "2026-10-05T08:00:00Z"
LATER = "2026-10-05T09:30:00.25Z"
D1, D2, D3 = digest(b"one"), digest(b"two"), digest(b"three")
HUMAN = {"kind": "human", "id": "okta:00uMARIA"}
SYSTEM = {"kind": "system", "id": "gateway:eu-1"}
AUTH = {"method": "webauthn", "strength": "phishing_resistant", "credential": "wa-3", "session": "s-9f21", "at": TIME}
VIA = {"system": "slack", "id": "slack:T04ACME/U07MARIA", "binding": "scim"}
PERSON = {**HUMAN, "via": VIA, "auth": AUTH}
AGENT = {
    "kind": "agent", "id": "agent:train-prep", "auth": {"method": "oidc", "strength": "single"},
    "on_behalf_of": {"kind": "service", "id": "svc:scheduler", "on_behalf_of": HUMAN},
}
RESOURCE = {"type": "dataset", "id": "customers-2026"}
FULL_RESOURCE = {**RESOURCE, "environment": "production", "data_classes": ["pii", "financial"]}
CONTENT = {"digest": D1, "size": 1423, "media_type": "application/json"}
SMALL_ACTION = {"verb": "data.export", "resource": RESOURCE}
ACTION = {
    "verb": "data.export", "resource": FULL_RESOURCE,
    "destination": {"type": "s3.bucket", "id": "acme-train", "environment": "production", "data_classes": []},
    "parameters": {"rows": 120000, "share": 0.5, "filter": None, "columns": ["id", "größe"], "deep": {"on": True}},
    "content": CONTENT, "batch": {"count": 3, "root": D2}, "nonce": base64url(sample("nonce")),
}
REF = {"source": "/gateways/eu-1", "id": "gateways-eu-1-0005"}
VOTE = {"source": "/sources/slack", "id": "T04ACME/1785312000.000300/approval.reviewed"}
GRANT = {"kind": "grant", "event": REF}
POLICY_REF = {"id": "prod", "version": 2, "digest": D3, "rule": "export-pii"}
CHANNEL = {"kind": "slack", "id": "T04ACME/C08APPROVALS"}
EVIDENCE = {
    "method": "slack-v0-hmac-sha256", "grade": "A", "binds_body": True, "raw_digest": D2, "key_ref": "slack/2026-06",
}
CONTEXT = {
    "model": "m-large", "model_version": "2026-08", "prompt_digest": D1, "conversation_digest": D2,
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "tool_call_id": "call_7", "ticket": "ML-77",
    "supersedes": "apr_0001", "attachments": [CONTENT], "justification": "quarterly training run",
}
SMALL_REQUIREMENT = {
    "satisfy": 1, "clauses": [{"id": "sec", "groups": ["okta:grp-security"], "count": 1}], "distinct": "clause",
    "ordered": True, "veto": False,
}
REQUIREMENT = {
    "satisfy": 2, "total": 2, "distinct": "approval", "ordered": False, "veto": True,
    "clauses": [
        {"id": "owner", "groups": ["okta:grp-data-owners"], "count": 1},
        {"id": "security", "groups": ["okta:grp-security", "okta:grp-ciso"], "count": 2},
    ],
}
LIMITS = {"skew_s": 5, "late_s": 300, "policy_grace_s": 60, "roster_max_age_s": 86400, "execution_ttl_s": 86400}
SMALL_POLICY = {"rules": [], "default": "forbid", "limits": LIMITS}
MATCH = {
    "verbs": ["data.*"], "resource_types": ["dataset"], "resource_ids": ["*"], "environments": ["production"],
    "data_classes": ["pii"], "destination_ids": ["acme-*"], "requester_kinds": ["agent", "human"],
}
POLICY = {
    "rules": [
        {
            "id": "export-pii", "tier": "high", "match": MATCH, "effect": "review", "requirement": REQUIREMENT,
            "escalation_groups": ["okta:grp-ciso"], "request_ttl_s": 7200, "grant_ttl_s": 900, "uses": 1,
            "channels": ["slack", "api"], "evidence_min": "signature", "auth_min": "mfa", "shown": "required",
            "executor_may_approve": False, "decide_floor_s": 5, "decide_within_s": 3600,
            "break_glass": {
                "groups": ["okta:grp-sre-oncall"], "reviewers": ["okta:grp-security"], "review_within_s": 86400,
                "ttl_s": 3600,
            },
        },
        {"id": "reads", "match": {"verbs": ["db.select"]}, "effect": "exempt"},
        {"id": "never", "match": {}, "effect": "forbid"},
    ],
    "default": "review",
    "limits": LIMITS,
}


def rule(**members):
    name = "-".join(str(value) for value in members.values())
    return {"id": name, "match": {}, "effect": "review", "requirement": SMALL_REQUIREMENT, **members}


# What each type says: required members, the other members that may stand with them, and variants of the two together.
# A type's action_digest, and a policy's digest, is filled in from what it is the digest of.
TYPES = {
    "policy.published": (
        {"policy_id": "prod", "version": 1, "body": SMALL_POLICY, "applies_to": ["/gateways"], "published_by": HUMAN,
         "authority": {"kind": "bootstrap"}},
        {"version": 2, "body": POLICY, "applies_to": ["/gateways", "/ci"], "effective_at": LATER, "published_by": PERSON,
         "authority": GRANT},
        [{"body": {**SMALL_POLICY, "default": "exempt", "rules": [rule(evidence_min=grade) for grade in "ABCD"]}},
         {"body": {**SMALL_POLICY, "rules": [rule(auth_min=word) for word in
                                             ("none", "single", "phishing_resistant")] + [rule(shown="optional")]}}]),
    "roster.recorded": (
        {"group": "okta:grp-dba", "mode": "snapshot", "as_of": TIME, "method": "scim", "members": []},
        {"members": ["okta:00uMARIA", "okta:00uPAT"], "part": 2, "parts": 3, "method": "file", "authority": GRANT},
        [{"mode": "change", "members": None, "part": None, "parts": None,
          "added": [{"principal": "okta:00uLEE", "at": TIME}], "removed": [{"principal": "okta:00uPAT", "at": TIME}]},
         {"mode": "change", "members": None, "part": None, "parts": None, "removed": [], "method": "manual"},
         {"method": "api"}]),
    "identity.enrolled": (
        {"principal": "okta:00uMARIA", "kind": "human", "at": TIME},
        {"principal": "agent:train-prep", "kind": "agent", "owner": "okta:00uMARIA", "name": "Train preparation",
         "email": "train@example.com", "authority": GRANT}, [{"kind": "service"}]),
    "identity.bound": (
        {"account": "github:502", "principal": "okta:00uMARIA", "binding": "manual", "at": TIME}, {},
        [{"binding": word} for word in ("scim", "oidc", "email")]),
    "identity.key_enrolled": (
        {"principal": "okta:00uMARIA", "key_id": "wa-3", "algorithm": "webauthn-es256",
         "public_key": base64.b64encode(b"a public key, thirty-one bytes.").decode(), "at": TIME},
        {"algorithm": "ed25519", "authority": GRANT},
        [{"algorithm": "es256"}, {"algorithm": "webauthn-ed25519"}]),
    "identity.removed": (
        {"principal": "okta:00uMARIA", "at": TIME, "reason": "left"}, {"reason": "compromised"},
        [{"principal": None, "account": "github:502", "reason": "moved"},
         {"principal": None, "key_id": "wa-3", "reason": "error"}]),
    "approval.requested": (
        {"requester": HUMAN, "action": SMALL_ACTION},
        {"requester": AGENT, "action": ACTION, "policy": POLICY_REF, "requirement": REQUIREMENT, "expires_at": LATER,
         "context": CONTEXT}, [{"requirement": SMALL_REQUIREMENT}]),
    "approval.notified": (
        {"recipients": ["okta:00uSAM"], "channel": {"kind": "api"}, "shown_digest": D1, "action_digest": D2,
         "truncated": False},
        {"recipients": ["okta:00uSAM", "okta:00uLEE"], "channel": CHANNEL, "truncated": True,
         "message_id": "1785312000.000300"}, []),
    "approval.amended": (
        {"amended_by": HUMAN, "old_digest": D1, "action": SMALL_ACTION},
        {"amended_by": AGENT, "action": ACTION, "policy": POLICY_REF, "expires_at": LATER, "reason": "fewer rows"}, []),
    "approval.reviewed": (
        {"reviewer": HUMAN, "decision": "approve", "action_digest": D1, "channel": {"kind": "web"}},
        {"reviewer": PERSON, "decision": "deny", "shown_digest": D2, "channel": CHANNEL, "delegation": REF,
         "groups": ["okta:grp-security"], "signature": {"format": "webauthn", "key_id": "wa-3", "value": "c2lnbmF0dXJl"},
         "reason": "too many rows"}, [{"decision": "abstain"}]
        + [{"channel": {"kind": kind}} for kind in ("teams", "cli", "email", "other")]
        + [{"evidence": {"method": "bearer", "grade": g, "binds_body": False, "raw_digest": D1}} for g in "BCD"]
        + [{"signature": {"format": f, "key_id": "k1", "value": "e30"}} for f in ("jws", "dsse")]
        + [{"reviewer": {**PERSON, "via": {**VIA, "binding": word}}} for word in ("oidc", "manual", "email")]
        + [{"reviewer": {**PERSON, "auth": {"method": "password", "strength": word}}} for word in ("none", "mfa")]),
    "approval.delegated": (
        {"from": HUMAN, "to": "okta:00uSAM", "groups": ["okta:grp-security"], "not_before": TIME, "not_after": LATER},
        {"from": PERSON, "reason": "holiday"}, []),
    "approval.escalated": (
        {"by": SYSTEM, "clause": "security", "to_groups": ["okta:grp-ciso"], "cause": "timeout"}, {"cause": "manual"}, []),
    "approval.granted": (
        {"action_digest": D1, "votes": [VOTE]},
        {"votes": [VOTE, REF], "not_before": TIME, "not_after": LATER, "uses": 3},
        [{"votes": [{"source": "/gateways/eu-1", "id": f"v{n}"} for n in range(64)]}]),
    "approval.denied": (
        {"action_digest": D1, "cause": "policy"}, {"cause": "vote", "votes": [VOTE]}, [{"cause": "system"}]),
    "approval.expired": (
        {"what": "request", "due": TIME}, {"what": "grant", "grant": REF}, []),
    "approval.cancelled": ({"cancelled_by": HUMAN}, {"cancelled_by": PERSON, "reason": "not needed"}, []),
    "approval.revoked": ({"revoked_by": HUMAN, "grant": REF}, {"revoked_by": PERSON, "reason": "new information"}, []),
    "action.exempted": (
        {"requester": HUMAN, "action": SMALL_ACTION, "policy": POLICY_REF},
        {"requester": AGENT, "action": ACTION, "not_after": LATER, "uses": 2, "context": CONTEXT}, []),
    "action.started": (
        {"execution_id": "x1", "executor": SYSTEM, "authority": {"kind": "none"}, "action_digest": D1},
        {"executor": AGENT, "authority": GRANT, "action": ACTION, "item": 1, "item_path": [D1, D2]},
        [{"authority": {"kind": kind, "event": REF}} for kind in ("exemption", "breakglass", "session")]
        + [{"item": 0, "item_path": []}]),
    "action.finished": (
        {"execution_id": "x1", "outcome": "unknown"},
        {"outcome": "succeeded", "result_digest": D1, "records": 120000, "bytes": 9007199254740991},
        [{"outcome": "failed", "records": 0}, {"outcome": "aborted", "bytes": 0}]),
    "action.blocked": (
        {"requester": HUMAN, "action_digest": D1, "cause": "no_grant"},
        {"requester": AGENT, "action": ACTION, "cause": "digest_mismatch", "authority": GRANT},
        [{"cause": cause} for cause in
         ("not_yet", "expired", "revoked", "denied", "uses_exhausted", "forbidden", "gate_error")]),
    "action.observed": (
        {"external_id": "ct-8f1", "actor": SYSTEM},
        {"actor": PERSON, "action": ACTION, "execution_id": "x1"}, []),
    "breakglass.invoked": (
        {"invoked_by": HUMAN, "scope": [RESOURCE], "not_after": TIME, "review_due": LATER},
        {"invoked_by": PERSON, "scope": [RESOURCE, FULL_RESOURCE], "action_digest": D1, "incident": "INC-912",
         "policy": POLICY_REF, "reason": "checkout down"}, []),
    "breakglass.reviewed": (
        {"invocation": REF, "reviewer": HUMAN, "executions": [], "verdict": "inconclusive"},
        {"reviewer": PERSON, "executions": ["x1", "x2"], "verdict": "justified", "follow_up": "SEC-31",
         "reason": "incident record agrees"}, [{"verdict": "unjustified"}]),
    "source.configured": (
        {"about": "/sources/slack", "mode": "enforce", "sequenced": False, "changed_by": HUMAN},
        {"about": "/gateways/eu-1", "mode": "observe", "sequenced": True, "heartbeat_s": 300, "late_s": 5400,
         "software": "gateway 2.1", "config_digest": D1, "changed_by": PERSON, "authority": GRANT}, [{"mode": "off"}]),
    "source.heartbeat": (
        {"mode": "enforce"},
        {"queued": 0, "clock_offset_ms": -12, "lost": [{"first": 7, "last": 9, "reason": "disk replaced"}]},
        [{"mode": "observe"}, {"mode": "off", "lost": []}]),
    "record.annotated": ({"target": REF, "author": HUMAN}, {"author": PERSON, "text": "see SEC-31"}, []),
    "record.erased": (
        {"target": REF, "digests": [base64url(hashlib.sha256(b"d1").digest())], "basis": "GDPR Art. 17",
         "erased_by": HUMAN},
        {"digests": [base64url(hashlib.sha256(d).digest()) for d in (b"d1", b"d2")], "erased_by": PERSON,
         "authority": GRANT, "reason": "asked for by the person"}, []),
    "finding.disposed": (
        {"check": "R06.4", "entries": [], "disposition": "accepted", "owner": "okta:00uSAM", "decided_by": HUMAN},
        {"entries": [REF, VOTE], "disposition": "remediated", "decided_by": PERSON, "due": LATER, "ticket": "SEC-32",
         "reason": "gateway fixed"}, [{"disposition": word} for word in ("confirmed", "false_positive", "reopened")]),
    "oversight.reviewed": (
        {"reviewer": HUMAN, "from_index": 0, "to_index": 0, "question": "break-glass in October",
         "outcome": "nothing_found"},
        {"reviewer": PERSON, "to_index": 1042, "outcome": "findings_raised", "reason": "two late reviews"}, []),
    "report.issued": (
        {"package_digest": D1, "tree_size": 2000, "root": D2, "from_index": 1, "to_index": 1900, "question_digest": D3,
         "tool": "countersign 1.0 sha256:00", "issued_by": HUMAN},
        {"previous": D3, "issued_by": PERSON}, []),
    "ledger.created": (
        {"origin": "ledger.example/eu", "format": 1, "keys": ["ledger.example/eu+00000000+AQ=="], "created_by": HUMAN},
        {"predecessor_origin": "ledger.example/old", "predecessor_note": "ledger.example/old\n0\n\n",
         "created_by": PERSON}, []),
    "ledger.marked": ({"at": TIME, "cause": "midnight"}, {"cause": "extract"}, []),
    "ledger.key_changed": (
        {"change": "added", "vkey": "ledger.example/eu+00000000+AQ==", "by": HUMAN},
        {"change": "retired", "by": PERSON, "authority": GRANT}, []),
    "ledger.caller_changed": (
        {"change": "revoked", "caller": "gateway-eu-1", "roles": [], "source_prefixes": [], "types": [], "by": HUMAN},
        {"change": "added", "roles": ["submit", "read"], "source_prefixes": ["/gateways/eu-1"], "types": ["approval.*"],
         "credential": "token:3f9a", "not_after": LATER, "by": PERSON, "authority": GRANT}, [{"change": "changed"}]),
    "ledger.setting_changed": (
        {"setting": "foreign-types", "value": True, "by": HUMAN},
        {"setting": "witnesses", "value": {"quorum": 2, "names": ["a", "b"]}, "by": PERSON, "authority": GRANT},
        [{"value": "text"}, {"value": [1, -9007199254740991, [], {}]}]),
    "ledger.recovered": (
        {"cause": "torn_tail", "detail": "cut 312 bytes"}, {"cause": "restore"}, [{"cause": "clock"}]),
    "ledger.conflict": ({"source": "/gateways/eu-1", "id": "gateways-eu-1-0005", "caller": "gateway-eu-1"}, {}, []),
    "ledger.intake_counted": (
        {"from": TIME, "to": LATER, "caller": "gateway-eu-1", "accepted": 0, "resent": 0, "refused": {}},
        {"accepted": 1042, "resent": 3, "refused": {"invalid": 2, "conflict": 1}}, []),
}
# Where members may be concealed: pointers of the objects that hold them, and the members.
CONCEALABLE = {
    "identity.enrolled": [("", ["name", "email"])],
    "approval.requested": [("action", ["parameters", "nonce"]), ("context", ["justification"])],
    "approval.amended": [("action", ["parameters", "nonce"]), ("", ["reason"])],
    "action.exempted": [("action", ["parameters", "nonce"]), ("context", ["justification"])],
    "action.started": [("action", ["parameters", "nonce"])],
    "action.blocked": [("action", ["parameters", "nonce"])],
    "action.observed": [("action", ["parameters", "nonce"])],
    "record.annotated": [("", ["text"])],
    **{name: [("", ["reason"])] for name in (
        "approval.reviewed", "approval.delegated", "approval.cancelled", "approval.revoked", "breakglass.invoked",
        "breakglass.reviewed", "record.erased", "finding.disposed", "oversight.reviewed")},
}
