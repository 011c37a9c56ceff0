/// A JSON number: an IEEE 754 double, as RFC 8785 and I-JSON (RFC 7493 §2.2) take it.
///
/// Whole numbers within ±(2^53−1) are kept as integers, so that `5`, `5.0` and `5e0` are one number.
public struct JSONNumber: Hashable, Sendable {
    /// 2^53−1: the largest n such that n and n+1 are both exact as doubles.
    public static let largestInteger: Int64 = 9_007_199_254_740_991

    enum Form: Hashable, Sendable {
        case integer(Int64)
        /// A fraction, or a whole number beyond ±(2^53−1); always finite.
        case real(Double)
    }

    let form: Form

    /// A whole number that our own code counted.
    /// - Precondition: within ±(2^53−1). Use `init(exactly:)` for numbers from outside.
    public init(_ integer: Int64) {
        precondition(integer.magnitude <= Self.largestInteger.magnitude, "beyond what JSON carries exactly")
        form = .integer(integer)
    }

    /// A whole number; nil beyond ±(2^53−1).
    public init?(exactly integer: Int64) {
        guard integer.magnitude <= Self.largestInteger.magnitude else { return nil }
        form = .integer(integer)
    }

    /// Any finite double; nil for infinities and NaN, which JSON cannot say. −0 is 0 (RFC 8785 §3.2.2.3).
    public init?(_ double: Double) {
        guard double.isFinite else { return nil }
        if let whole = Int64(exactly: double), whole.magnitude <= Self.largestInteger.magnitude {
            form = .integer(whole)
        } else {
            form = .real(double)
        }
    }

    /// The whole number that this is; nil for fractions and beyond ±(2^53−1).
    public var integer: Int64? {
        if case .integer(let value) = form { value } else { nil }
    }

    public var double: Double {
        switch form {
        case .integer(let value): Double(value)
        case .real(let value): value
        }
    }
}
