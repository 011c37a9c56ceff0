/// Why bytes are not one strict JSON text, and where. Reading stops at the first such place.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Problem: Hashable, Sendable {
        /// The grammar of RFC 8259 §2 wants something else here.
        case expected(String)
        case endsEarly
        case trailingBytes
        /// Not UTF-8: a stray, overlong, surrogate or too large sequence (RFC 3629 §3).
        case notUTF8
        /// `\ud800`…`\udfff` without its other half (I-JSON, RFC 7493 §2.1).
        case loneSurrogate
        case controlCharacter
        case badEscape
        /// A name stands twice in one object (I-JSON, RFC 7493 §2.3).
        case duplicateName
        case tooDeep(limit: Int)
        /// More bytes than any text that belongs here has.
        case tooLong(limit: Int)
        /// The canonical form would say another number, or none.
        case inexactNumber
        /// A whole number from 2^53 up whose canonical form is an integer literal that not every reader takes exactly.
        case unsafeInteger
    }

    public let problem: Problem
    /// The byte at which it shows, from 0.
    public let offset: Int
    private var stepsFromInside: [JSONPointer.Step] = []

    init(_ problem: Problem, offset: Int) {
        self.problem = problem
        self.offset = offset
    }

    /// The value being read; for a doubled name, its member.
    public var pointer: JSONPointer { JSONPointer(stepsFromInside.reversed()) }

    /// The same error, seen from one level further out.
    func inside(_ step: JSONPointer.Step) -> JSONError {
        var outer = self
        outer.stepsFromInside.append(step)
        return outer
    }

    /// The stable name of the rule, as in `Violation`.
    public var rule: String {
        switch problem {
        case .expected, .endsEarly, .trailingBytes, .controlCharacter, .badEscape: "json-syntax"
        case .notUTF8: "json-utf8"
        case .loneSurrogate: "json-surrogate"
        case .duplicateName: "json-duplicate-name"
        case .tooDeep: "too-deep"
        case .tooLong: Violation.tooLargeRule
        case .inexactNumber, .unsafeInteger: "json-number"
        }
    }

    public var violation: Violation {
        Violation(pointer: pointer, rule: rule, message: "\(words) (byte \(offset))")
    }

    public var description: String { violation.description }

    private var words: String {
        switch problem {
        case .expected(let what): "not JSON: expected \(what)"
        case .endsEarly: "not JSON: the text ends too early"
        case .trailingBytes: "not JSON: something follows the value"
        case .notUTF8: "not valid UTF-8"
        case .loneSurrogate: "an escaped surrogate without its other half"
        case .controlCharacter: "not JSON: a control character stands unescaped in a string"
        case .badEscape: "not JSON: unknown escape"
        case .duplicateName: "the name stands twice in one object"
        case .tooDeep(let limit): "more than \(limit) arrays and objects inside each other"
        case .tooLong(let limit): "more than \(limit) bytes"
        case .inexactNumber:
            "the number carries more than a double does, so that its canonical form would change it; send a string"
        case .unsafeInteger: "a whole number beyond ±(2^53−1); send a string"
        }
    }
}
