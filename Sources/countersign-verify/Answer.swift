import ApprovalEvents
import ArgumentParser
import LedgerCrypto
import SignedNotes
import Verification

/// The options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "Your trust file: a C2SP tlog-policy with the log's key. Keys inside what is checked count nothing.")
    var trust: String

    @Flag(name: .long, help: "Print one JSON object instead of lines.")
    var json = false

    func readTrust() throws -> TLogPolicy {
        let bytes = try Files.read(trust)
        do {
            return try TLogPolicy(parsing: bytes)
        } catch {
            throw InputError(trust, "not a trust file: \(error)")
        }
    }

    /// Whom the reader trusts, before anything else: the one thing that he has to compare himself.
    func announce(_ policy: TLogPolicy) {
        guard !json else { return }
        for log in policy.logs {
            let name = Terminal.plain(String(decoding: log.key.name, as: UTF8.self))
            Terminal.say("trusting the log \(name), key \(log.key.fingerprint)")
        }
        Terminal.say("")
    }
}

/// A later head under a current key, for what was signed with one that is retired by now.
struct LaterOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "A later checkpoint under a key of your trust file: for what was signed before the log changed its key.")
    var later: String?

    @Option(name: .long, help: "The consistency proof up to it: each hash in base64 on a line of its own.")
    var proof: String?

    func read() throws -> LaterHead? {
        switch (later, proof) {
        case (nil, nil): nil
        case (let later?, let proof?): LaterHead(note: try Files.read(later), proof: try Files.read(proof))
        default: throw InputError(later ?? proof ?? "", "--later and --proof go together")
        }
    }
}

/// Whose word is taken for the time.
struct TimestampReaderOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "Certificates (PEM) of the time authorities that you believe. Given, timestamps are asked for.")
    var tsaCa: String?

    func readRoots() throws -> TimestampRoots? {
        guard let tsaCa else { return nil }
        let pem = try Files.read(tsaCa)
        do {
            return try TimestampRoots(pem: pem)
        } catch {
            throw InputError(tsaCa, "not a CA file: \(error)")
        }
    }
}

/// A report, printed and turned into an exit code.
struct Answer {
    let policy: TLogPolicy
    let report: VerificationReport
    /// What the whole is called in the last line: `receipt`, `package` …
    let what: String
    /// Members for programs beside the checks.
    var details: JSONObject = [:]
    /// Cases that a rule found against; they count only where the reader asked for it.
    var exceptions = 0
    var failsOnExceptions = false

    func print(asJSON: Bool) {
        guard !asJSON else { return Terminal.put(json.canonicalBytes + [0x0A]) }
        for check in report.checks { Terminal.say(Self.line(check)) }
        Terminal.say("")
        Terminal.say("\(what): \(word)")
    }

    private static func line(_ check: Check) -> String {
        let claim = Terminal.plain(check.claim)
        return switch check.outcome {
        case .holds: "holds        \(claim)"
        case .fails(let reason): "FAILS        \(claim) — \(Terminal.plain(reason))"
        case .notChecked(let reason): "not checked  \(claim) — \(Terminal.plain(reason))"
        }
    }

    private var word: String {
        switch report.verdict {
        case .holds: "holds"
        case .fails: "FAILS"
        case .notChecked: "nothing fails, but not everything could be checked"
        }
    }

    private var json: JSONValue {
        var object = details
        object["trusted_keys"] = .array(
            policy.logs.map { log in
                .object([
                    "name": .string(Text(String(decoding: log.key.name, as: UTF8.self))),
                    "fingerprint": .string(Text(log.key.fingerprint)),
                ])
            })
        object["checks"] = .array(report.checks.map(Self.json))
        object["verdict"] = .string(Text(report.verdict.rawValue))
        return .object(object)
    }

    private static func json(_ check: Check) -> JSONValue {
        var object: JSONObject = [
            "id": .string(Text(check.id)), "claim": .string(Text(check.claim)), "asked": .bool(check.isAsked),
        ]
        switch check.outcome {
        case .holds:
            object["outcome"] = "holds"
        case .fails(let reason):
            object["outcome"] = "fails"
            object["reason"] = .string(Text(reason))
        case .notChecked(let reason):
            object["outcome"] = "not checked"
            object["reason"] = .string(Text(reason))
        }
        return .object(object)
    }

    /// Throws the exit code unless it is 0.
    func end() throws {
        switch report.verdict {
        case .fails: throw ExitCode.failure
        case .notChecked: throw ExitCode.notChecked
        case .holds: if failsOnExceptions, exceptions > 0 { throw ExitCode.exceptions }
        }
    }
}
