import Foundation
import TestMaterial

/// A program, run as its users run it.
struct Ran {
    let code: Int32
    let output: String
    let errors: String
}

enum Command {
    /// The auditor's command as it was built beside these tests.
    static var verifier: URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("countersign-verify")
    }

    static func verify(_ arguments: String..., in folder: Folder) throws -> Ran {
        try run(verifier, arguments, in: folder)
    }

    static func run(_ program: URL, _ arguments: [String], in folder: Folder) throws -> Ran {
        let (output, errors) = (folder.url.appendingPathComponent(".out"), folder.url.appendingPathComponent(".err"))
        let process = try ChildProcess(
            program, arguments, in: folder.url, output: .file(output), errors: .file(errors))
        let ran = Ran(
            code: process.waitUntilExit(), output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
        for file in [output, errors] { try FileManager.default.removeItem(at: file) }
        return ran
    }

    /// A program of the system or of `tools/setup`'s virtual environment; nil where there is none.
    static func find(_ name: String) -> URL? {
        let places = [Checkout.root.path + "/.venv/bin", "/usr/bin", "/bin", "/usr/local/bin"]
        return places.map { URL(fileURLWithPath: "\($0)/\(name)") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
}

/// A folder that goes when the test does.
final class Folder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("verifier-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ path: String, _ bytes: [UInt8]) throws {
        let file = url.appendingPathComponent(path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }
}
