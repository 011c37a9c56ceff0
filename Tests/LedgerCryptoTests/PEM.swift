import LedgerCrypto

/// PEM texts for tests.
enum PEM {
    static func text(_ label: String, _ content: [UInt8]) -> [UInt8] {
        var text = "-----BEGIN \(label)-----\n"
        var rest = Base64.string(content)[...]
        while !rest.isEmpty {
            text += rest.prefix(64) + "\n"
            rest = rest.dropFirst(64)
        }
        return [UInt8]((text + "-----END \(label)-----\n").utf8)
    }
}
