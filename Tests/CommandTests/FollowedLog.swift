import Foundation
import LedgerCrypto
import MerkleTree
import SignedNotes
import TestLog
import TestMaterial
import Testing

/// A ledger that is served, for those who follow it.
struct FollowedLog {
    let ledger: TestLedger
    let scratch: ScratchFolder
    let tokenFile: String
    let trust: String
    private let name: String

    init(in scratch: ScratchFolder) throws {
        self.scratch = scratch
        ledger = try TestLedger(in: scratch)
        tokenFile = scratch.path("token")
        trust = ledger.data + "/trust"
        name = UUID().uuidString
        try Data((ledger.token + "\n").utf8).write(to: URL(fileURLWithPath: tokenFile))
    }

    /// Submits `count` events to whichever server of this ledger stands at `address`.
    func grow(by count: Int, at address: String, label: String) throws {
        let lines = (0..<count).map { Load.event(id: "\(label)-\($0)") }.joined(separator: "\n")
        let file = scratch.path("events.ndjson")
        try Data(lines.utf8).write(to: URL(fileURLWithPath: file))
        let submitted = try Binary.countersign.run([
            "submit", file, "--server", address, "--token-file", tokenFile,
        ])
        try #require(submitted.code == 0, "\(submitted.output)\(submitted.errors)")
    }

    /// A copy of the stopped ledger's directory, as a backup would be.
    func backUp(to path: String) throws {
        try FileManager.default.copyItem(atPath: ledger.data, toPath: path)
    }

    /// The static tree of the stopped or running ledger.
    func export(to folder: String) throws {
        let exported = try Binary.countersign.run(["tiles", "export", folder, "--data", ledger.data])
        try #require(exported.code == 0, "\(exported.errors)")
    }

    func mirror(_ source: String, _ folder: String, withToken: Bool = true, environment: [String: String] = [:])
        throws -> CommandResult
    {
        let token = withToken ? ["--token-file", tokenFile] : []
        return try Binary.countersign.run(
            ["mirror", source, folder, "--trust", trust] + token, environment: environment)
    }

    func monitor(_ source: String, _ state: String, withToken: Bool = true, trust other: String? = nil) throws
        -> CommandResult
    {
        let token = withToken ? ["--token-file", tokenFile] : []
        return try Binary.countersign.run(
            ["monitor", source, "--trust", other ?? trust, "--state", state, "--once"] + token)
    }

    func verify(_ folder: String) throws -> CommandResult {
        try Binary.verify.run(["log", folder, "--trust", trust])
    }
}

/// Any web server over a folder, as a CDN would be.
final class StaticServer {
    var address: String { server.address }
    private let server: PythonServer

    init(_ folder: String) throws {
        server = try PythonServer(["-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder])
    }
}

/// A server in Python, that says on its first line where it listens: `… (http://127.0.0.1:43210/) …`.
final class PythonServer {
    let address: String
    private let process: ChildProcess

    convenience init(_ script: String) throws { try self.init(["-c", script]) }

    init(_ arguments: [String]) throws {
        let python = try #require(
            ["/usr/bin/python3", "/usr/local/bin/python3"].first { FileManager.default.isExecutableFile(atPath: $0) },
            "python3 is needed")
        process = try ChildProcess(URL(fileURLWithPath: python), ["-u"] + arguments, output: .pipe)
        var said: [UInt8] = []
        while !said.contains(0x0A) {
            let chunk = process.output.availableData
            try #require(!chunk.isEmpty, "the server did not start")
            said += chunk
        }
        let text = String(decoding: said, as: UTF8.self)
        let start = try #require(text.firstIndex(of: "("))
        let end = try #require(text.lastIndex(of: "/"))
        address = String(text[text.index(after: start)..<end])
    }
}

extension TestLog {
    /// Writes the log's static tree, with its head or another one.
    func write(to folder: String, note other: [UInt8]? = nil) throws {
        var files = try tiles()
        if let other { files["checkpoint"] = other }
        for (path, bytes) in files {
            let target = URL(fileURLWithPath: "\(folder)/\(path)")
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: target)
        }
    }
}

/// Every file below a folder, as paths below it.
func filesBelow(_ folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).filter {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: "\(folder)/\($0)", isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
}

func readFile(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

func writeFile(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
