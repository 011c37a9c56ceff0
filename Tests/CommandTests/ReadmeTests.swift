import Foundation
import TestMaterial
import Testing

/// The README's commands are run as they stand there, in order, in one empty folder. Its blocks marked `bash` need PyPI or
/// a time authority: `tools/interop` runs those.
struct ReadmeTests {
    @Test func `every command of the README works`() throws {
        let script = try Self.blocks(marked: "sh").joined(separator: "\n")
        let scratch = try ScratchFolder()
        let port = "127.0.0.1:\(Int.random(in: 20000...40000))"
        let witnessPort = "127.0.0.1:\(Int.random(in: 40001...60000))"
        let wrapped = """
            set -euo pipefail
            trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT
            \(script.replacingOccurrences(of: "127.0.0.1:8440", with: port)
                .replacingOccurrences(of: "127.0.0.1:8441", with: witnessPort))
            """
        let commands = Binary.countersign.url.deletingLastPathComponent().path
        // The README speaks from a clone's folder.
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path("tools"), withDestinationPath: Checkout.root.appendingPathComponent("tools").path)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let result = try runCommand(
            URL(fileURLWithPath: "/bin/bash"), ["-c", wrapped], in: scratch.url,
            environment: ["PATH": "\(commands):\(path)"])
        #expect(result.code == 0, "\(result.output)\n\(result.errors)")
        for made in [
            "gateway.token", "receipts", "2.receipt", "tiles/checkpoint", "evidence.zip", "report/index.html",
            "witness.vkey", "copy/checkpoint", "log.state", "head.sig", "unpacked", "2.cosigned.receipt",
            "backup/backup.json", "restored/restored",
        ] {
            #expect(FileManager.default.fileExists(atPath: scratch.path(made)), "\(made) was not made")
        }
    }

    @Test func `the README's two commands are what CI runs`() throws {
        let promised = try Self.blocks(marked: "console").joined().split(separator: "\n").compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        let ci = try String(decoding: Checkout.bytes(".ci/run"), as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(promised.sorted() == ["tools/demo", "tools/test"])
        for command in promised {
            #expect(ci.contains(command))
        }
    }

    /// The fenced blocks of one language, in order.
    private static func blocks(marked language: String) throws -> [String] {
        let readme = try String(decoding: Checkout.bytes("README.md"), as: UTF8.self)
        var blocks: [String] = []
        var current: [Substring]?
        for line in readme.split(separator: "\n", omittingEmptySubsequences: false) {
            if let lines = current {
                current = line == "```" ? nil : lines + [line]
                if line == "```" { blocks.append(lines.joined(separator: "\n")) }
            } else if line == "```\(language)" {
                current = []
            }
        }
        return blocks
    }
}
