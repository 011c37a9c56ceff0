/// Who, opaquely: `system:opaque-id`, compared as bytes (`okta:00uMARIA`, `slack:T04ACME/U07MARIA`, `agent:train-prep`).
///
/// The system is one or more of `A–Z a–z 0–9 . _ -`; the rest is not empty and holds no control or noncharacter.
public struct PrincipalID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: Text

    public init?(_ text: Text) {
        guard text.withBytes(Self.isWellFormed), text.isPlain else { return nil }
        self.text = text
    }

    /// The part before the first colon.
    public var system: Text { Text(String(text.string.utf8.prefix { $0 != UInt8(ascii: ":") }) ?? "") }

    public static func < (left: PrincipalID, right: PrincipalID) -> Bool { left.text < right.text }

    public var description: String { text.string }

    private static func isWellFormed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0, colon + 1 < bytes.count else {
            return false
        }
        return bytes[..<colon].allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}

extension Text {
    /// Holds no control character (U+0000–001F, U+007F–009F) and no noncharacter (U+FDD0–FDEF, U+xxFFFE, U+xxFFFF):
    /// what CloudEvents 1.0 allows in a String attribute.
    public var isPlain: Bool {
        let isPlainASCII = withBytes { $0.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }
        if isPlainASCII { return true }
        return string.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x00...0x1F, 0x7F...0x9F, 0xFDD0...0xFDEF: false
            default: scalar.value & 0xFFFE != 0xFFFE
            }
        }
    }
}
