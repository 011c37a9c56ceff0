/// What a principal is. Only a `human` can count in a quorum.
public enum PrincipalKind: String, VocabularyWord {
    case human
    case agent
    case service
    case system
}

/// How a source knows that an account belongs to a principal. `email` is weak.
public enum BindingKind: String, VocabularyWord {
    case scim
    case oidc
    case manual
    case email
}

/// How strongly somebody was authenticated, weakest first.
public enum AuthStrength: String, VocabularyWord {
    case none
    case single
    case mfa
    case phishingResistant = "phishing_resistant"
}

/// What an act rests on. `none`: the gate let it pass in observe or off mode.
public enum AuthorityKind: String, VocabularyWord {
    case grant
    case exemption
    case breakglass
    case session
    case bootstrap
    case none
}

/// Where a person was asked or answered.
public enum ChannelKind: String, VocabularyWord {
    case slack
    case teams
    case api
    case web
    case cli
    case email
    case other
}

/// How well a delivery proved itself: a MAC or signature over its body, its connection only, polled, not at all.
public enum EvidenceGrade: String, VocabularyWord {
    case a = "A"
    case b = "B"
    case c = "C"
    case d = "D"
}

/// The least evidence that a rule accepts for a vote.
public enum EvidenceFloor: String, VocabularyWord {
    case a = "A"
    case b = "B"
    case c = "C"
    case d = "D"
    case signature
}

/// The coding of an approver's own signature.
public enum SignatureFormat: String, VocabularyWord {
    case jws
    case dsse
    case webauthn
}

/// Whether one person counts once in the whole approval or once in each clause.
public enum DistinctHumans: String, VocabularyWord {
    case approval
    case clause
}

/// What a policy does with an action.
public enum PolicyEffect: String, VocabularyWord {
    case review
    case exempt
    case forbid
}

/// Whether a vote must say what its voter was shown.
public enum ShownRule: String, VocabularyWord {
    case required
    case optional
}

/// Whether a roster states the whole group or what changed in it.
public enum RosterMode: String, VocabularyWord {
    case snapshot
    case change
}

/// How membership was learnt.
public enum RosterMethod: String, VocabularyWord {
    case scim
    case api
    case file
    case manual
}

/// What an enrolled principal is.
public enum EnrolledKind: String, VocabularyWord {
    case human
    case agent
    case service
}

/// The algorithm of an approver's own key.
public enum ApproverKeyAlgorithm: String, VocabularyWord {
    case ed25519
    case es256
    case webauthnES256 = "webauthn-es256"
    case webauthnEd25519 = "webauthn-ed25519"
}

/// Why a principal, account or key ended.
public enum RemovalReason: String, VocabularyWord {
    case left
    case moved
    case compromised
    case error
}

/// A vote. `abstain` withdraws an earlier one.
public enum Decision: String, VocabularyWord {
    case approve
    case deny
    case abstain
}

/// Why others were asked.
public enum EscalationCause: String, VocabularyWord {
    case timeout
    case manual
}

/// What denied a request.
public enum DenialCause: String, VocabularyWord {
    case vote
    case policy
    case system
}

/// What ran out of time.
public enum ExpiredThing: String, VocabularyWord {
    case request
    case grant
}

/// How an execution ended.
public enum ExecutionOutcome: String, VocabularyWord {
    case succeeded
    case failed
    case aborted
    case unknown
}

/// Why a gate refused to run an action.
public enum BlockCause: String, VocabularyWord {
    case noGrant = "no_grant"
    case digestMismatch = "digest_mismatch"
    case notYet = "not_yet"
    case expired
    case revoked
    case denied
    case usesExhausted = "uses_exhausted"
    case forbidden
    case gateError = "gate_error"
}

/// What the review of a break-glass use found.
public enum ReviewVerdict: String, VocabularyWord {
    case justified
    case unjustified
    case inconclusive
}

/// Whether a gate stops what is not approved, only watches, or is off.
public enum GateMode: String, VocabularyWord {
    case enforce
    case observe
    case off
}

/// What was decided about a finding.
public enum Disposition: String, VocabularyWord {
    case confirmed
    case accepted
    case remediated
    case falsePositive = "false_positive"
    case reopened
}

/// What a review of the log itself found.
public enum OversightOutcome: String, VocabularyWord {
    case nothingFound = "nothing_found"
    case findingsRaised = "findings_raised"
}

/// What happened to a log key.
public enum KeyChange: String, VocabularyWord {
    case added
    case retired
}

/// What happened to a caller.
public enum CallerChange: String, VocabularyWord {
    case added
    case changed
    case revoked
}

/// Why the ledger set a mark.
public enum MarkCause: String, VocabularyWord {
    case midnight
    case extract
}

/// What the ledger recovered from.
public enum RecoveryCause: String, VocabularyWord {
    case tornTail = "torn_tail"
    case restore
    case clock
}
