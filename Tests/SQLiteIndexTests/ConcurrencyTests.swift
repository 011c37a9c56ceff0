import ApprovalEvents
import Foundation
import LedgerEngine
import MerkleTree
import SQLiteIndex
import Synchronization
import TestMaterial
import Testing

@Suite("Look-ups and searches while runs merge") struct ConcurrencyTests {
    /// What the threads share.
    private final class Course: Sendable {
        /// Entries whose `apply` has returned.
        let size = Atomic<UInt64>(0)
        let isDone = Atomic<Bool>(false)
        let rounds = Atomic<UInt64>(0)
        let failures = Mutex<[String]>([])

        /// Runs each body on a thread of its own, and returns when all have.
        func run(_ bodies: [@Sendable () throws -> Void]) {
            let group = DispatchGroup()
            for body in bodies {
                group.enter()
                Thread {
                    do { try body() } catch { self.fail("\(error)") }
                    group.leave()
                }.start()
            }
            group.wait()
        }

        func fail(_ what: String) {
            failures.withLock { $0.append(what) }
            isDone.store(true, ordering: .releasing)
        }
    }

    private static let end: UInt64 = 12_000
    let directory: Directory

    init() throws { directory = try Directory() }

    @Test func `Every earlier entry is found at any moment, and nothing else`() throws {
        let index = try SQLiteIndex(path: directory.file("index.db"), sizes: MarkSizes(tail: 100, fanOut: 2))
        let course = Course()
        let writer: @Sendable () throws -> Void = {
            defer { course.isDone.store(true, ordering: .releasing) }
            var random = SeededRandom(seed: 1)
            var size: UInt64 = 0
            while size < Self.end, !course.isDone.load(ordering: .acquiring) {
                let next = min(Self.end, size + UInt64.random(in: 1...60, using: &random))
                try index.apply(Rows.rows(size..<next), head: Rows.head(next))
                size = next
                course.size.store(size, ordering: .releasing)
            }
        }
        let readers = (2...5 as ClosedRange<UInt64>).map { seed -> @Sendable () throws -> Void in
            {
                var random = SeededRandom(seed: seed)
                while !course.isDone.load(ordering: .acquiring) {
                    let size = course.size.load(ordering: .acquiring)
                    guard size > 0 else { continue }
                    try seed < 4
                        ? Self.lookUp(index, size, course, &random) : Self.search(index, size, course, &random)
                    course.rounds.add(1, ordering: .relaxed)
                }
            }
        }
        course.run([writer] + readers)
        #expect(course.failures.withLock { $0 } == [])
        #expect(course.rounds.load(ordering: .relaxed) > 0)
        let all = (0..<Self.end).map { Rows.identity($0) }
        #expect(try index.positions(of: all) == (0..<Self.end).map { LeafIndex($0) })
    }

    /// One alone, and many at once: they are read in two ways.
    private static func lookUp(
        _ index: SQLiteIndex, _ size: UInt64, _ course: Course, _ random: inout SeededRandom
    ) throws {
        let places = (0..<(random.next() % 2 == 0 ? 1 : 40)).map { _ in UInt64.random(in: 0..<size, using: &random) }
        let found = try index.positions(of: places.map { Rows.identity($0) } + [Rows.identity(end + size)])
        guard found != places.map({ LeafIndex($0) }) + [nil] else { return }
        course.fail("at \(size): look-ups of \(places) found \(found)")
    }

    private static func search(
        _ index: SQLiteIndex, _ size: UInt64, _ course: Course, _ random: inout SeededRandom
    ) throws {
        let subject = UInt64.random(in: 0..<(size + 3) / 4, using: &random)
        let page = try index.search(EventQuery(subject: Text("apr_\(subject)"), below: TreeSize(size), limit: 9))
        let expected = (4 * subject..<min(4 * subject + 4, size)).map { LeafIndex($0) }
        guard page.indexes != expected else { return }
        course.fail("at \(size): subject \(subject) has \(page.indexes)")
    }
}
