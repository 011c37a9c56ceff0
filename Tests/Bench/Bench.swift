import ArgumentParser
import Foundation

/// How fast the ledger is, beside what this machine can do at all. `tools/bench` builds and runs it.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures a Countersign ledger beside this machine's own limits.",
        subcommands: [RunCommand.self, BareNIOCommand.self],
        defaultSubcommand: RunCommand.self)

    static func main() {
        var command: any ParsableCommand
        do {
            command = try parseAsRoot()
        } catch {
            let isMistake = exitCode(for: error) != .success
            let text = fullMessage(for: error)
            if isMistake { Terminal.complain(text) } else { Terminal.say(text) }
            Glibc.exit(isMistake ? 2 : 0)
        }
        do {
            try command.run()
        } catch let code as ExitCode {
            Glibc.exit(code.rawValue)
        } catch {
            Terminal.complain("bench: \(error)")
            Glibc.exit(error is CannotMeasure ? 2 : 1)
        }
    }
}

/// Nothing was begun, and why.
struct CannotMeasure: Error, CustomStringConvertible {
    let description: String
}

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Measure, print a table, and write JSON.",
        discussion: """
            A real server is started on a ledger of its own in a folder of its own, as a user would, and measured from
            outside. Every figure is the median of its slices. Rows and groups: \
            \(RowGroup.allCases.map { group in
                "\(group.rawValue) (" + RowName.allCases.filter { $0.group == group }.map(\.rawValue)
                    .joined(separator: ", ") + ")"
            }.joined(separator: "; ")).

            Exit codes: 0 measured; 1 something happened that must not (it is named); 2 it could not be asked.
            """)

    @Flag(help: "Every row in a small form, in less than a minute.")
    var quick = false

    @Flag(help: "Ten million entries; a quarter of an hour or more, and 40 GB of disk.")
    var full = false

    @Option(help: "Entries of the log that is filled, read, started and verified, instead of the plan's own number.")
    var entries: Int?

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Measure these rows or groups alone.", valueName: "ROW"))
    var only: [String] = []

    @Flag(help: "Also let wrk send, where it is installed, and print what it says beside ours.")
    var crossCheck = false

    @Option(help: ArgumentHelp("Write everything to this file as JSON.", valueName: "FILE"))
    var json: String?

    @Flag(help: "Leave the ledgers where they are.")
    var keep = false

    @Option(help: ArgumentHelp("Where ledgers are made: a folder on the disk that is meant.", valueName: "DIR"))
    var folder: String

    @Option(help: ArgumentHelp("Where the built commands are.", valueName: "DIR"))
    var commands: String

    @Option(help: ArgumentHelp("What was built, for the record.", valueName: "TEXT"))
    var commit = "unknown"

    @Option(help: ArgumentHelp("With whose allocator the server was linked, for the record.", valueName: "TEXT"))
    var allocator = "glibc"

    @Flag(help: "Say that a debug build is measured.")
    var debugBuild = false

    @Option(help: "For everything that is random.")
    var seed: UInt64 = 0x5EED_0004

    func validate() throws {
        guard !(quick && full) else { throw ValidationError("--quick or --full, not both") }
        guard entries.map({ (10...100_000_000).contains($0) }) ?? true else {
            throw ValidationError("--entries is from 10 to 100,000,000")
        }
        for name in only where !Selection.names.contains(name) {
            throw ValidationError(
                "there is no row or group \(name); there are \(Selection.names.sorted().joined(separator: ", "))")
        }
    }

    func run() throws {
        let plan = Plan(quick ? .quick : full ? .full : .standard, entries: entries)
        let selection = Selection(only: Set(only), crossChecks: crossCheck)
        let place = Folder(folder)
        try place.make()
        defer { if !keep { try? place.remove() } }
        try Self.requireDisk(plan.diskBytes(for: selection), at: place)
        OpenFiles.allowMost()
        let machine = Machine(folder: folder)
        let build = debugBuild ? "DEBUG build, which says nothing of speed," : "release build"
        Terminal.say("\(machine)\n\(build) of \(commit), memory from \(allocator)\n")
        let session = Session(
            plan, Commands(folder: commands, errorFile: "\(folder)/errors.log"), folder: folder, seed: seed, selection,
            keepsLedgers: keep)
        let (date, start, meter) = (Date(), Clock.now(), NoiseMeter())
        // What was measured before something failed is still worth reading.
        let outcome = Result { try session.run() }
        let (seconds, noise) = (Clock.seconds(Clock.now() - start), meter.noise)
        if let json {
            let report = Report(
                date: date, seconds: seconds, commit: commit, allocator: allocator, isDebugBuild: debugBuild,
                size: plan.size, seed: seed, machine: machine, noise: noise, rows: session.rows)
            try report.write(to: json)
        }
        try outcome.get()
        Terminal.say(
            """
            \(Int(seconds)) s; \(Table.number(noise.steal * 100)) % of the machine's time was stolen by its host, \
            \(Table.number(noise.others * 100)) % used by other programs; over 5 % of either are marked !
            """)
        if !session.isClean { throw ExitCode.failure }
    }

    private static func requireDisk(_ bytes: Double, at place: Folder) throws {
        let free = try place.freeBytes()
        guard free >= bytes else {
            let (needed, there) = (Table.number(bytes / 1e9), Table.number(free / 1e9))
            throw CannotMeasure(
                description: "this takes \(needed) GB of disk at \(place.path), where \(there) are free")
        }
    }
}
