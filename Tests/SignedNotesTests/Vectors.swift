import Foundation
import LedgerCrypto
import MerkleTree
import SignedNotes
import TestMaterial

/// A text of the committed vectors: in `base64` where it is no printable UTF-8.
struct Shown: Decodable, Sendable {
    let text: String?
    let base64: String?

    var bytes: [UInt8] { text.map { [UInt8]($0.utf8) } ?? base64.flatMap { Base64.decode($0) } ?? [] }
}

/// The files that `tools/make-note-vectors` writes.
enum Vectors {
    static func load<Content: Decodable>(_ file: String, as type: Content.Type = Content.self) throws -> Content {
        try JSONDecoder().decode(type, from: Data(try Checkout.bytes("Tests/Vectors/notes/\(file)")))
    }
}

extension [UInt8] {
    init(text: String) { self = [UInt8](text.utf8) }

    var shownText: String { String(decoding: self, as: UTF8.self) }
}

func vkey(_ text: String) throws -> VerifierKey { try VerifierKey(parsing: [UInt8](text: text)) }

/// Hands over every proper prefix of `good`, and every text that differs from it in one byte.
func damage(_ good: [UInt8], _ body: ([UInt8]) throws -> Void) rethrows {
    for length in good.indices { try body([UInt8](good[..<length])) }
    for position in good.indices {
        for change: UInt8 in [0x01, 0x02, 0x10, 0x20, 0x80, 0xFF] {
            var changed = good
            changed[position] ^= change
            try body(changed)
        }
        var without = good
        without.remove(at: position)
        try body(without)
    }
}
