import Foundation
import TestMaterial

/// The built commands, run as their users run them.
struct CommandResult {
    let code: Int32
    let output: String
    let errors: String
}

enum Binary: String {
    case countersign
    case verify = "countersign-verify"

    var url: URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent(rawValue)
    }

    /// Runs to the end, however much it prints.
    func run(
        _ arguments: [String], in folder: URL? = nil, input: [UInt8] = [], environment: [String: String] = [:]
    ) throws -> CommandResult {
        try runCommand(url, arguments, in: folder, input: input, environment: environment)
    }
}

func runCommand(
    _ executable: URL, _ arguments: [String], in folder: URL? = nil, input: [UInt8] = [],
    environment: [String: String] = [:]
) throws -> CommandResult {
    let scratch = try ScratchFolder()
    let outputFile = scratch.url.appendingPathComponent("out")
    let errorFile = scratch.url.appendingPathComponent("err")
    let inputFile = scratch.url.appendingPathComponent("in")
    try Data(input).write(to: inputFile)
    let process = try ChildProcess(
        executable, arguments, in: folder, environment: environment, input: inputFile, output: .file(outputFile),
        errors: .file(errorFile))
    return CommandResult(
        code: process.waitUntilExit(),
        output: try String(decoding: Data(contentsOf: outputFile), as: UTF8.self),
        errors: try String(decoding: Data(contentsOf: errorFile), as: UTF8.self))
}

/// A folder that goes when its owner does.
final class ScratchFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("countersign-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
