import ApprovalEvents
import LedgerCrypto
import LedgerEngine
import LogFiles
import MerkleTree
import TestMaterial
import Testing

@Suite("The store's files, byte by byte")
struct StoreVectorTests {
    @Test("are those that tools/make-store-vectors makes from the format page alone")
    func small() throws {
        let json = try JSONValue(parsing: try Checkout.bytes("Tests/Vectors/store/small.json"), maxDepth: 8)
        let vector = try #require(json.asObject)
        var options = LogFiles.Options()
        options.segmentEntries = UInt64(try #require(vector["segment_entries"]?.asInteger))
        options.preallocation = 256
        let disk = SimulatedDisk()
        let origin = try #require(vector["origin"]?.asString).bytes
        let log = try LogFiles.create("/log", origin: origin, options: options, in: disk)
        for batch in try #require(vector["batches"]?.asArray) {
            let entries = try #require(batch.asArray).compactMap { $0.asString?.bytes }
            _ = try log.commitSigned(BatchPlan(appending: entries, to: log.frontier))
        }
        try log.close()
        for (name, value) in try #require(vector["files"]?.asObject).members {
            let expected = try #require(value.asString.flatMap { Hex.decode($0.utf8) })
            let found = try #require(disk.bytes("/log/\(name.string)"), "\(name)")
            #expect(Array(found.prefix(expected.count)) == expected, "\(name)")
            #expect(
                found.dropFirst(expected.count).allSatisfy { $0 == 0 }, "\(name): room that was made ahead is zeros")
        }
    }
}
