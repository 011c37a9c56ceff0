import ApprovalEvents
import Cosigning
import Foundation
import LedgerCrypto
import LedgerEngine
import LedgerHTTP
import SignedNotes

/// By which tlog-policy a ledger has its heads cosigned: the file `witnesses` in its directory.
///
/// It stays there from the start that names it on, so that no later one signs without asking: not a server that was
/// started without the option, not an administrative command, not a restored backup. Each change is an entry of the log.
struct WitnessSetting {
    /// Nil: nobody is asked any more.
    let policy: TLogPolicy?
    /// The file: a line that says when it was taken up, and the policy.
    let bytes: [UInt8]

    /// Reads the ledger's own; nil where it never asked anybody.
    init?(of directory: LedgerDirectory) throws {
        guard FileManager.default.fileExists(atPath: directory.witnessesFile) else { return nil }
        bytes = try Files.read(directory.witnessesFile)
        if Self.asksNobody(bytes) {
            policy = nil
            return
        }
        do { policy = try TLogPolicy(parsing: bytes) } catch {
            throw CommandFailure.failed("\(directory.witnessesFile) is no policy: \(error)")
        }
        guard policy?.witnesses.isEmpty == false else {
            throw CommandFailure.failed("\(directory.witnessesFile) is no policy: it names no witness")
        }
    }

    private init(_ policy: TLogPolicy?, takenUp time: Timestamp) {
        self.policy = policy
        let line = policy == nil ? Self.nobody(since: time) : "# Taken up at \(time.ledgerForm). \(Self.changedBy)\n"
        bytes = Array(line.utf8) + (policy?.formatted ?? [])
    }

    private static let changedBy = "Changed by `countersign serve --witnesses`."

    private static func nobody(since time: Timestamp) -> String {
        "# Nobody is asked since \(time.ledgerForm). \(changedBy)\n"
    }

    /// Only what this program wrote says so: a file that lost its policy does not.
    private static func asksNobody(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let place = text.firstRange(of: "# Nobody is asked since "), place.lowerBound == text.startIndex,
            let time = Timestamp(Text(String(text[place.upperBound...].prefix { $0 != " " }.dropLast())))
        else { return false }
        return text == nobody(since: time)
    }

    /// Whom to ask; nil where nobody is.
    func plan(logKeys: [VerifierKey]) throws -> WitnessPlan? {
        do throws(WitnessPlanError) {
            return try policy.map { (policy) throws(WitnessPlanError) in try WitnessPlan(policy, logKeys: logKeys) }
        } catch { throw CommandFailure.usage("the policy for witnesses cannot be used: \(error)") }
    }

    /// What `serve --witnesses` names, a policy file or `none`, checked but not taken up; the ledger's own where it names
    /// nothing, or what is in use already.
    init?(of directory: LedgerDirectory, changedTo name: String?) throws {
        let current = try WitnessSetting(of: directory)
        let policy = try name.flatMap { $0 == "none" ? nil : try LedgerDirectory.trust(file: $0) }
        if name == nil || policy == current?.policy {
            guard let current else { return nil }
            self = current
            return
        }
        self.init(policy, takenUp: Timestamp(milliseconds: SystemClock().now().wall))
        _ = try plan(logKeys: directory.keyList().keys.map(\.verifier))
    }

    /// Makes it the ledger's own. For the process that has the log's lock.
    func takeUp(in directory: LedgerDirectory) throws {
        guard try WitnessSetting(of: directory)?.bytes != bytes else { return }
        try Files.write(bytes, to: directory.witnessesFile)
        try Files.flush(folder: directory.path)
    }

    /// The change as an entry of the log. Recorded once: the same file gives the same identity.
    func event(by principal: Principal, at time: Timestamp) throws -> ApprovalEvent {
        // The words of a tlog-policy: an event has no null.
        var value = JSONValue.text("none")
        if let policy {
            func text(_ bytes: [UInt8]) -> JSONValue { .text(String(decoding: bytes, as: UTF8.self)) }
            value = .object([
                "quorum": policy.quorum.map(text) ?? .text("none"),
                "sha256": .text(Digest.sha256(policy.formatted).hex),
                "witnesses": .array(policy.witnesses.map { text($0.key.formatted) }),
            ])
        }
        let change = LedgerSettingChanged(setting: "witnesses", value: value, by: principal)
        let id = "setting/witnesses/\(Digest.sha256(bytes).hex.prefix(32))"
        return try ApprovalEvent.ledger(.ledgerSettingChanged(change), id: Text(id), time: time)
    }
}
