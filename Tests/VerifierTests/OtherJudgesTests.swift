import EvidencePackages
import Foundation
import Reporting
import TestLog
import TestMaterial
import Testing
import Verification

/// Our packages and receipts in the hands of programs that we did not write for it, or not from our Swift.
@Suite("Other judges") struct OtherJudgesTests {
    let folder: Folder
    let package: EvidencePackage

    init() throws {
        let log = try TestLog.threeDays()
        folder = try Folder()
        package = try EvidencePackage(extract: log.extract(from: nil, to: nil), trust: log.trust, framework: .fedramp)
        try folder.write("e.zip", package.archive())
        for (path, bytes) in package.files { try folder.write("\(package.folder)/\(path)", bytes) }
        try folder.write("trust", log.trustFile)
        try folder.write("r.json", log.receipt(5).formatted)
    }

    @Test("sha256sum finds every file whole, and the changed one") func sha256sum() throws {
        let shell = URL(fileURLWithPath: "/bin/sh")
        let command =
            "cd \(package.folder) && sha256sum --strict -c manifest-sha256.txt && sha256sum --strict -c tagmanifest-sha256.txt"
        #expect(try Command.run(shell, ["-c", command], in: folder).code == 0)
        try folder.write("\(package.folder)/data/00-scope/scope.json", [1])
        #expect(
            try Command.run(shell, ["-c", command], in: folder).output.contains("data/00-scope/scope.json: FAILED"))
    }

    @Test("Python's zipfile reads every member, and unzip tests it", .enabled(if: Command.find("python3") != nil))
    func zip() throws {
        let python = try #require(Command.find("python3"))
        let code = """
            import zipfile
            z = zipfile.ZipFile("e.zip")
            assert z.testzip() is None
            assert all(i.compress_type == 0 and i.date_time == (1980, 1, 1, 0, 0, 0) for i in z.infolist())
            print(len(z.namelist()))
            """
        let ran = try Command.run(python, ["-c", code], in: folder)
        #expect(ran.output == "\(package.files.count)\n", "\(ran)")
        if let unzip = Command.find("unzip") {
            #expect(try Command.run(unzip, ["-tq", "e.zip"], in: folder).code == 0)
        }
    }

    @Test(
        "bagit-python finds a valid bag, and the changed file",
        .enabled(if: has("bagit"), "bagit (PyPI) is not in .venv: run tools/setup"))
    func bagit() throws {
        let python = try #require(Command.find("python3"))
        let check = ["-m", "bagit", "--validate", package.folder]
        let good = try Command.run(python, check, in: folder)
        #expect(good.code == 0, "\(good)")
        try folder.write("\(package.folder)/data/40-results/figures.json", [1])
        #expect(try Command.run(python, check, in: folder).code != 0)
    }

    static func has(_ module: String) -> Bool {
        guard let folder = try? Folder(), let python = Command.find("python3") else { return false }
        return (try? Command.run(python, ["-c", "import \(module)"], in: folder).code) == 0
    }

    @Test(
        "jsonschema finds our reports as schemas/report.schema.json has them",
        .enabled(if: has("jsonschema"), "jsonschema (PyPI) is not in .venv: run tools/setup"),
        arguments: Framework.allCases)
    func schema(framework: Framework) throws {
        let log = try TestLog.threeDays()
        let package = try EvidencePackage(
            extract: log.extract(from: nil, to: nil), trust: log.trust, framework: framework)
        try folder.write("report.json", try #require(package.files["data/40-results/report.json"]))
        let python = try #require(Command.find("python3"))
        let schema = Checkout.root.appendingPathComponent("schemas/report.schema.json").path
        let code =
            "import json, jsonschema; load = lambda f: json.load(open(f)); "
            + "jsonschema.validate(load('report.json'), load('\(schema)'))"
        let ran = try Command.run(python, ["-c", code], in: folder)
        #expect(ran.code == 0, "\(ran)")
    }

    @Test("a second implementation of the receipt, in Python, agrees on every vector and on our receipts")
    func receipts() throws {
        let python = try #require(Command.find("python3"), "python3 is not there: run tools/setup")
        let tool = Checkout.root.appendingPathComponent("tools/verify-receipt").path
        let vectors = Checkout.root.appendingPathComponent("Tests/Vectors/receipts/receipts.json").path
        let all = try Command.run(python, [tool, "--vectors", vectors], in: folder)
        #expect(all.code == 0, "\(all)")
        let ours = try Command.run(python, [tool, "r.json", "--trust", "trust"], in: folder)
        #expect(ours.code == 0, "\(ours)")
    }
}
