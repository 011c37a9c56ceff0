import Foundation
import LedgerCrypto
import LogWitness
import MerkleTree
import SignedNotes
import TestLog
import TestMaterial
import Testing

struct WitnessTests {
    @Test func `every step of the vectors is answered as the specification says`() async throws {
        let vectors = try WitnessVectors.load()
        let scratch = try Scratch(logs: vectors.logs)
        let witness = try await scratch.witness()
        for step in vectors.steps {
            let answer = try await witness.status(of: step.request.bytes)
            #expect(answer.status == step.status, "\(step.why)")
            #expect(answer.size == step.size, "\(step.why)")
            guard let line = answer.line else { continue }
            let request = try AddCheckpointRequest(parsing: step.request.bytes)
            let note = try SignedNote(text: request.note.text, signatures: [line])
            #expect(try note.verify(with: [scratch.verifierKey]) == [scratch.verifierKey])
            #expect(Cosignature.time(of: line.signature) == 1_800_000_000)
        }
    }

    @Test func `a witness that is opened anew after each step answers the same`() async throws {
        let vectors = try WitnessVectors.load()
        let scratch = try Scratch(logs: vectors.logs)
        for step in vectors.steps {
            let witness = try await scratch.witness()
            let answer = try await witness.status(of: step.request.bytes)
            #expect(answer.status == step.status && answer.size == step.size, "\(step.why)")
        }
    }

    @Test func `the newest head is served with the log's signatures and the witness's, and no others`() async throws {
        let vectors = try WitnessVectors.load()
        let scratch = try Scratch(logs: vectors.logs)
        let witness = try await scratch.witness()
        let log = try #require(vectors.logs.first)
        let keys = try log.vkeys.map { try VerifierKey(parsing: Array($0.utf8)) }
        let hash = Digest.sha256(Array(log.origin.utf8))
        #expect(try await witness.checkpoint(hash) == nil)
        for step in vectors.steps {
            let answer = try await witness.status(of: step.request.bytes)
            guard answer.status == 200, step.request.bytes.count > 0 else { continue }
            let request = try AddCheckpointRequest(parsing: step.request.bytes)
            guard request.origin == Array(log.origin.utf8) else { continue }
            let note = try SignedNote(parsing: try #require(try await witness.checkpoint(hash)))
            #expect(note.text == request.note.text)
            let signers = try note.verify(with: keys + [scratch.verifierKey])
            #expect(signers.last == scratch.verifierKey && signers.count == note.signatures.count)
            #expect(signers.dropLast() == (try request.note.verify(with: keys))[...], "\(step.why)")
        }
    }

    @Test func `of many requests from one size exactly one is cosigned`() async throws {
        let scratch = try Scratch()
        let log = try GrowingLog()
        _ = try scratch.directory.add(log.key, of: log.origin)
        let witness = try await scratch.witness()
        var size: UInt64 = 0
        for _ in 0..<12 {
            // Of each next size an honest head and one of another history.
            let bodies = try (1...8).flatMap { step in
                [
                    try log.request(from: size, to: size + UInt64(step)),
                    try log.request(from: size, to: size + UInt64(step), fork: true),
                ]
            }
            let answers = await withTaskGroup(of: (Int, UInt64?).self) { group in
                for body in bodies.shuffled() {
                    group.addTask {
                        guard let answer = try? await witness.status(of: body) else { return (0, nil) }
                        return (answer.status, answer.size)
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let cosigned = answers.filter { $0.0 == 200 }
            #expect(cosigned.count == 1)
            let base = size
            size = try #require(cosigned.first?.1)
            #expect(answers.allSatisfy { [200, 409, 422].contains($0.0) })
            #expect(answers.filter { $0.0 == 409 }.allSatisfy { $0.1 == size })
            if try await log.isForked(witness.checkpoint(.sha256(log.origin))) { log.takeFork(at: base) }
        }
    }

    @Test func `a clock that was set back does not make the next cosignature older`() async throws {
        let scratch = try Scratch()
        let log = try GrowingLog()
        _ = try scratch.directory.add(log.key, of: log.origin)
        var first = Optional(try await scratch.witness(at: 2_000))
        #expect(try await first?.status(of: log.request(from: 0, to: 3)).status == 200)
        first = nil
        let answer = try await scratch.witness(at: 1_000).status(of: log.request(from: 3, to: 5))
        #expect(answer.line.flatMap { Cosignature.time(of: $0.signature) } == 2_000)
    }

    @Test func `a second process, a lost key and a changed head are refused`() async throws {
        let scratch = try Scratch()
        let log = try GrowingLog()
        _ = try scratch.directory.add(log.key, of: log.origin)
        var first = Optional(try await scratch.witness())
        await #expect(throws: WitnessDirectoryError.self) { try await scratch.witness() }
        #expect(try await first?.status(of: log.request(from: 0, to: 3)).status == 200)
        first = nil
        // Put back by hand without the witness's cosignature: somebody else wrote it.
        let file = "\(scratch.path)/logs/\(Digest.sha256(log.origin).hex)/checkpoint"
        let forged = try log.note(2)
        try Data(forged.formatted).write(to: URL(fileURLWithPath: file))
        let witness = try await scratch.witness()
        await #expect(throws: WitnessDirectoryError.self) { try await witness.answer(log.request(from: 2, to: 5)) }
    }

    @Test func `keys and state are their owner's alone`() async throws {
        let scratch = try Scratch()
        let log = try GrowingLog()
        _ = try scratch.directory.add(log.key, of: log.origin)
        #expect(try await scratch.witness().status(of: log.request(from: 0, to: 1)).status == 200)
        let names = try #require(FileManager.default.enumerator(atPath: scratch.path)).compactMap { $0 as? String }
        #expect(names.count >= 8)
        for name in names + [""] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(scratch.path)/\(name)")
            let mode = try #require(attributes[.posixPermissions] as? NSNumber).intValue
            #expect(mode & 0o077 == 0, "\(name) has mode \(String(mode, radix: 8))")
        }
        #expect(throws: WitnessDirectoryError.self) { try scratch.directory.create(name: Array("again".utf8)) }
        #expect(throws: WitnessDirectoryError.self) {
            try scratch.directory.add(scratch.verifierKey, of: Array("a log".utf8))
        }
    }
}
