/// One rule that one place of a submission breaks.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
    /// The place, in the event's structured form, whichever way it was submitted.
    public let pointer: JSONPointer
    /// The rule's stable name in kebab case (`schemas/entry.md` and `schemas/events/` list them): what programs read.
    public let rule: String
    /// What is wrong, in a sentence for people. It never repeats more than a few bytes of the submission.
    public let message: String

    public init(pointer: JSONPointer, rule: String, message: String) {
        self.pointer = pointer
        self.rule = rule
        self.message = message
    }

    /// This violation, seen from a document in which the whole of its own stands at `outer`.
    func inside(_ outer: JSONPointer) -> Violation {
        Violation(pointer: pointer.inside(outer), rule: rule, message: message)
    }

    public var description: String { "\(pointer): \(message) [\(rule)]" }
}
