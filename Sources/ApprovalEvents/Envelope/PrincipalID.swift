/// Who, opaquely: `system:opaque-id`, compared as bytes (`okta:00uMARIA`, `slack:T04ACME/U07MARIA`, `agent:train-prep`).
///
/// The system is one or more of `A–Z a–z 0–9 . _ -`; the rest is not empty and holds no control or noncharacter.
public struct PrincipalID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: Text

    public init?(_ text: Text) {
        guard text.withBytes(Self.isWellFormed) else { return nil }
        self.text = text
    }

    /// The part before the first colon.
    public var system: Text { Text(String(text.string.utf8.prefix { $0 != UInt8(ascii: ":") }) ?? "") }

    public static func < (left: PrincipalID, right: PrincipalID) -> Bool { left.text < right.text }

    public var description: String { text.string }

    /// Whether UTF-8 bytes have the form above.
    static func isWellFormed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0, colon + 1 < bytes.count else {
            return false
        }
        let system = UnsafeBufferPointer(rebasing: bytes[..<colon])
        return system.allSatisfy(isSystemByte) && Text.isPlain(bytes)
    }

    private static func isSystemByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension Text {
    /// Holds no control character (U+0000–001F, U+007F–009F) and no noncharacter (U+FDD0–FDEF, U+xxFFFE, U+xxFFFF):
    /// what CloudEvents 1.0 allows in a String attribute.
    public var isPlain: Bool { withBytes { Self.isPlain($0) } }

    /// The same of UTF-8 bytes.
    static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if isPrintableASCII(bytes) { return true }
        return String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x00...0x1F, 0x7F...0x9F, 0xFDD0...0xFDEF: false
            default: scalar.value & 0xFFFE != 0xFFFE
            }
        }
    }

    private static func isPrintableASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = UnsafeRawPointer(bytes.baseAddress) else { return true }
        var at = 0
        while at + 8 <= bytes.count {
            guard ByteWords.arePrintable(ByteWords.load(base, at)) else { return false }
            at += 8
        }
        while at < bytes.count {
            guard bytes[at] >= 0x20, bytes[at] < 0x7F else { return false }
            at += 1
        }
        return true
    }
}
