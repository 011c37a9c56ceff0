/// An instant as events write it: `YYYY-MM-DDThh:mm:ss[.f{1,9}]Z`, UTC, no leap second.
///
/// Two instants are compared as instants; how many digits the fraction was written with is kept only so that `text`
/// gives back what was read.
public struct Timestamp: Sendable {
    /// Since 1970-01-01T00:00:00Z, leap seconds not counted. The years are 0000 to 9999.
    public let seconds: Int64
    /// 0 to 999,999,999, forward from `seconds`.
    public let nanoseconds: UInt32
    private let fractionDigits: UInt8

    static let secondsRange: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

    /// Reads the form above, and nothing else.
    public init?(_ text: Text) {
        guard let instant = text.withBytes({ Self(bytes: $0) }) else { return nil }
        self = instant
    }

    /// The instant `milliseconds` after 1970-01-01T00:00:00Z, from the ledger's clock.
    /// - Precondition: within the years 0000 to 9999.
    public init(milliseconds: Int64) {
        let (whole, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        let seconds = rest < 0 ? whole - 1 : whole
        precondition(Self.secondsRange.contains(seconds), "a clock beyond the year 9999")
        self.seconds = seconds
        nanoseconds = UInt32(rest < 0 ? rest + 1000 : rest) * 1_000_000
        fractionDigits = 3
    }

    init(seconds: Int64, nanoseconds: UInt32, fractionDigits: UInt8) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
        self.fractionDigits = fractionDigits
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, rounded down.
    public var milliseconds: Int64 { seconds * 1000 + Int64(nanoseconds / 1_000_000) }

    /// The form as it was read; with three digits where this was made from milliseconds.
    public var text: Text { Text(String(decoding: formatted(fractionDigits: Int(fractionDigits)), as: UTF8.self)) }

    /// `ledgertime`: exactly 24 bytes, milliseconds, rounded down.
    public var ledgerForm: Text { Text(String(decoding: formatted(fractionDigits: 3), as: UTF8.self)) }

    /// Whether this was written with exactly three digits after the second, as `ledgerForm` is.
    var isLedgerForm: Bool { fractionDigits == 3 }
}

extension Timestamp: Hashable, Comparable, CustomStringConvertible {
    public static func == (left: Timestamp, right: Timestamp) -> Bool {
        left.seconds == right.seconds && left.nanoseconds == right.nanoseconds
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(seconds)
        hasher.combine(nanoseconds)
    }

    public var description: String { text.string }
}
