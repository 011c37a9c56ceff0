import LedgerCrypto
import SignedNotes

/// Where a signing key is.
public enum KeyReference: Hashable, Sendable, CustomStringConvertible {
    /// A PEM file below `keys/`, by its name.
    case file(String)
    /// A key that never leaves its token (RFC 7512).
    case token(PKCS11URI)

    /// Reads what `description` writes: a file's plain name, or a `pkcs11:` URI.
    public init?(_ text: String) {
        if text.hasPrefix(PKCS11URI.scheme) {
            guard let uri = try? PKCS11URI(text) else { return nil }
            self = .token(uri)
        } else {
            let isPlain = text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
            }
            guard isPlain, text.hasSuffix(".pem"), text.utf8.first != UInt8(ascii: ".") else { return nil }
            self = .file(text)
        }
    }

    public var description: String {
        switch self {
        case .file(let name): name
        case .token(let uri): uri.text
        }
    }
}

/// A key of the log, and what it is there for.
public struct LogKey: Hashable, Sendable {
    public enum Role: String, Sendable {
        /// Signs, and stands in the trust file: one, or two while one follows the other.
        case log
        /// Signs beside it, in another algorithm, for those who need that.
        case beside
        /// The same two, while the entry that announces the key is not known to be in the log.
        case comingLog = "coming-log"
        case comingBeside = "coming-beside"
        /// Signs no more. Heads under it stay in the log.
        case retired
    }

    public internal(set) var role: Role
    public let verifier: VerifierKey
    /// nil for a retired key.
    public internal(set) var reference: KeyReference?

    public init(role: Role, verifier: VerifierKey, reference: KeyReference?) {
        self.role = role
        self.verifier = verifier
        self.reference = reference
    }

    /// The key id in eight hexadecimal digits: how commands name a key.
    public var id: String { verifier.keyIDText }

    /// Whether it signs heads: a coming key does, so that the head over its own entry carries it.
    public var isSigning: Bool { role != .retired }
}

/// The file `keys/signers`: every key that the log ever had, one a line, in the order in which they came.
///
///     log|beside|coming-log|coming-beside <vkey> <file.pem or pkcs11: URI>
///     retired <vkey>
public struct KeyList: Hashable, Sendable {
    public private(set) var keys: [LogKey]

    /// Why a list of keys is none.
    public struct Malformed: Error, CustomStringConvertible {
        public let description: String
    }

    public init(_ keys: [LogKey]) throws(Malformed) {
        let names = Set(keys.map(\.verifier.name))
        let logs = keys.count { $0.role == .log }
        guard names.count == 1, (1...2).contains(logs) else {
            throw Malformed(description: "a log has one key in its trust file, or two while one follows the other")
        }
        guard Set(keys.map(\.verifier)).count == keys.count, Set(keys.map(\.id)).count == keys.count else {
            throw Malformed(description: "a key stands there twice, or two keys have one id")
        }
        guard keys.allSatisfy({ ($0.role == .retired) == ($0.reference == nil) }) else {
            throw Malformed(description: "a key that signs says where it is, a retired one does not")
        }
        self.keys = keys
    }

    public init(parsing file: [UInt8]) throws(Malformed) {
        var keys: [LogKey] = []
        guard file.last == UInt8(ascii: "\n") else { throw Malformed(description: "the last line is not ended") }
        for (number, line) in file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .dropLast().enumerated()
        {
            let items = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard let role = items.first.flatMap({ LogKey.Role(rawValue: $0) }),
                items.count == (role == .retired ? 2 : 3),
                let verifier = try? VerifierKey(parsing: Array(items[1].utf8))
            else { throw Malformed(description: "line \(number + 1) is no key of the log") }
            let reference = items.count == 3 ? KeyReference(items[2]) : nil
            keys.append(LogKey(role: role, verifier: verifier, reference: reference))
        }
        try self.init(keys)
        guard formatted == file else { throw Malformed(description: "it is not in the one form") }
    }

    public var formatted: [UInt8] {
        keys.flatMap { key in
            let rest = key.reference.map { " \($0)" } ?? ""
            return Array("\(key.role.rawValue) ".utf8) + key.verifier.formatted + Array("\(rest)\n".utf8)
        }
    }

    public var signing: [LogKey] { keys.filter(\.isSigning) }
    /// In the order in which they came: the last one stays when a change is over.
    public var logKeys: [LogKey] { keys.filter { $0.role == .log } }
    /// The newest key of the trust file.
    public var newest: LogKey? { logKeys.last }

    /// What the trust file lists (`schemas/trust.md`, rule 10): both keys of a change, or the key and the one beside it.
    public var trusted: [VerifierKey] {
        let logs = logKeys.map(\.verifier)
        return logs.count > 1 ? logs : logs + keys.filter { $0.role == .beside }.prefix(1).map(\.verifier)
    }

    subscript(_ id: String) -> LogKey? { keys.first { $0.id == id } }

    func adding(_ key: LogKey) throws(Malformed) -> KeyList { try KeyList(keys + [key]) }

    func removing(_ key: LogKey) throws(Malformed) -> KeyList { try KeyList(keys.filter { $0 != key }) }

    /// The list with the announced key in the place that it came for, or with the key retired.
    func moving(_ key: LogKey, to role: LogKey.Role) throws(Malformed) -> KeyList {
        try KeyList(
            keys.map { other in
                guard other == key else { return other }
                return LogKey(role: role, verifier: key.verifier, reference: role == .retired ? nil : key.reference)
            })
    }
}
