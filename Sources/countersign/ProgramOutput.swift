import ApprovalEvents
import ArgumentParser
import MerkleTree

/// What a command says on standard output, in words or for a program (`schemas/command-output.md`).
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the result as JSON, one object a line (schemas/command-output.md).")
    var json = false

    /// Prints the object where a program reads, and the words where a person does.
    func print(_ object: @autoclosure () -> JSONObject, or words: @autoclosure () -> String) {
        Swift.print(json ? Self.line(object()) : words())
    }

    /// One line, in the form of RFC 8785.
    static func line(_ object: JSONObject) -> String {
        String(decoding: JSONValue.object(object).canonicalBytes, as: UTF8.self)
    }
}

extension JSONValue {
    /// A count or a position. A log of 2^53 entries is out of reach.
    static func count(_ value: UInt64) -> JSONValue { .number(JSONNumber(Int64(clamping: value))) }

    static func count(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }

    static func text(_ value: String) -> JSONValue { .string(Text(value)) }
}
