import Foundation
import TestMaterial
import Testing

/// Every command explains itself where one looks for it, and its examples can be pasted from there.
struct HelpTests {
    @Test func `every command has help with an example that fits a terminal`() throws {
        let commands = try Self.commands(of: Binary.countersign, [])
        #expect(Set(commands).isSuperset(of: [["init"], ["token", "create"], ["tiles", "export"], ["export"]]))
        for command in commands {
            let help = try Binary.countersign.run(command + ["--help"])
            #expect(help.code == 0 && help.errors.isEmpty, "\(command)")
            let overview = help.output.prefix(
                upTo: help.output.firstRange(of: "\nUSAGE:")?.lowerBound ?? help.output.endIndex)
            let examples = overview.split(separator: "\n").filter { $0.hasPrefix("  countersign") }
            #expect(!examples.isEmpty, "\(command) shows no example")
            // A line that the terminal's width broke would go on at its beginning, and not be ended by a backslash.
            let lines = overview.split(separator: "\n", omittingEmptySubsequences: false)
            for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("  ") && !next.isEmpty {
                #expect(next.hasPrefix("  "), "\(command): \(next)")
            }
        }
    }

    @Test func `a version is told, and what cannot be asked ends with 2`() throws {
        #expect(try Binary.countersign.run(["--version"]).output == "countersign 0.1.0\n")
        for arguments in [
            ["bogus"], ["export"], ["export", "--out"], ["receipt", "first"], ["serve", "--listen", "x"],
        ] {
            let result = try Binary.countersign.run(arguments)
            #expect(result.code == 2 && result.output.isEmpty && !result.errors.isEmpty, "\(arguments): \(result)")
        }
    }

    /// The commands that do something, as the help of those above them lists them.
    private static func commands(of binary: Binary, _ path: [String]) throws -> [[String]] {
        let help = try binary.run(path + ["--help"]).output
        guard let list = help.firstRange(of: "\nSUBCOMMANDS:\n") else { return [path] }
        return try help[list.upperBound...].split(separator: "\n")
            .compactMap { try /^  ([a-z-]+)\s/.firstMatch(in: $0).map { String($0.1) } }
            .flatMap { try commands(of: binary, path + [$0]) }
    }
}
