import ApprovalEvents
import LedgerCrypto
import MerkleTree
import Oversight
import SignedNotes
import TestLog
import Testing
import Verification

/// Hands bytes to a verifier as a file would come: in pieces.
func verify(extract: [UInt8], under trust: TLogPolicy, piece: Int = 1000) throws -> ExtractVerdict {
    var verifier = ExtractVerifier(trust: trust)
    var splitter = LineSplitter()
    for start in stride(from: 0, to: extract.count, by: piece) {
        try splitter.read(extract[start..<min(extract.count, start + piece)]) { verifier.read(line: $0) }
    }
    try splitter.finish()
    return verifier.finish()
}

/// An extract taken apart, to be put together wrongly.
struct Lines {
    var lines: [[UInt8]]

    init(_ extract: [UInt8]) {
        lines = extract.split(separator: 0x0A).map { Array($0) }
    }

    var bytes: [UInt8] { lines.flatMap { $0 + [0x0A] } }

    func header() throws -> ExtractHeader { try ExtractHeader(parsing: lines[0]) }
}

@Suite("An extract") struct ExtractTests {
    let log: TestLog
    let day1 = TestLog.start + TestLog.day
    let day2 = TestLog.start + 2 * TestLog.day
    let whole: [UInt8]
    let middle: [UInt8]

    init() throws {
        log = try TestLog.threeDays()
        whole = try log.extract(from: nil, to: nil)
        middle = try log.extract(from: TestLog.start + TestLog.day, to: TestLog.start + 2 * TestLog.day)
    }

    func verdict(_ extract: [UInt8]) throws -> ExtractVerdict { try verify(extract: extract, under: log.trust) }

    @Test("of the whole log holds") func wholeLog() throws {
        let verdict = try verdict(whole)
        #expect(verdict.report.verdict == .holds, "\(verdict.report)")
        #expect(verdict.evidence?.entries.map(\.entry) == log.entries)
        #expect(verdict.evidence?.before == .everything)
    }

    @Test("of a day holds exactly that day's entries, cut at its marks") func oneDay() throws {
        let verdict = try verdict(middle)
        #expect(verdict.report.verdict == .holds, "\(verdict.report)")
        let evidence = try #require(verdict.evidence)
        let period = log.entries.indices.filter {
            (day1..<day2).contains(log.entries[$0].ledgerTime.milliseconds)
        }
        #expect(evidence.entries.map { Int($0.index.value) } == period)
        #expect(evidence.lead.count == period.first)
        #expect(evidence.closing?.entry.type == "dev.countersign.ledger.marked.v1")
        #expect(evidence.entries.map(\.entry) == period.map { log.entries[$0] })
    }

    @Test("comes to the same however it is cut into pieces", arguments: [1, 7, 4096]) func pieces(size: Int) throws {
        #expect(try verify(extract: middle, under: log.trust, piece: size).report.verdict == .holds)
    }

    @Test("that carries only what its cut needs says that the time before is not known") func shortLead() throws {
        let extract = try log.extract(from: day1, to: day2, wholeLead: false, opening: [0, 2])
        let verdict = try verdict(extract)
        #expect(verdict.report.verdict == .notChecked)
        #expect(verdict.report["opening-entries"] == .holds)
        #expect(verdict.evidence?.before == .selection)
        #expect(verdict.evidence?.opening.map(\.index.value) == [0, 2])
    }

    @Test("before its closing mark stands leaves the end open") func openEnd() throws {
        let later = TestLog.start + 9 * TestLog.day
        #expect(throws: ExtractPlanError.noMark(Timestamp(milliseconds: later))) { try log.plan(from: day1, to: later) }
        let plan = try log.plan(from: day1, to: nil)
        var lines = Lines(try log.extract(from: day1, to: nil))
        let header = ExtractHeader(
            origin: log.origin, from: plan.from, to: Timestamp(milliseconds: later), first: plan.first, end: plan.end,
            lead: plan.lead, hasClosing: false, opening: 0, note: try lines.header().note,
            proof: try lines.header().proof)
        lines.lines[0] = header.formatted
        let verdict = try verdict(lines.bytes)
        #expect(verdict.report.verdict == .notChecked)
        guard case .notChecked = verdict.report["closing-mark"] else {
            Issue.record("\(verdict.report)")
            return
        }
    }

    @Test("is cut at late marks too, which stand together") func lateMarks() throws {
        var log = try TestLog()
        try log.append(Story.approval("a", time: TestLog.start + 1000)[0])
        let back = TestLog.start + 2 * TestLog.day + TestLog.hour
        try log.mark(day1, writtenAt: back)
        try log.mark(day2, writtenAt: back)
        try log.append(Story.approval("b", time: back + 2000)[0], at: back + 2000)
        for (from, to, first, end) in [(nil, day1, 0, 2), (day1, day2, 2, 3), (day2, nil, 3, 5)]
            as [(Int64?, Int64?, UInt64, UInt64)]
        {
            for wholeLead in [true, false] {
                let extract = try log.extract(from: from, to: to, wholeLead: wholeLead)
                let verdict = try verify(extract: extract, under: log.trust)
                #expect(
                    verdict.report.checks.allSatisfy { if case .fails = $0.outcome { false } else { true } },
                    "\(verdict.report)")
                #expect(verdict.evidence?.scope.first.value == first)
                #expect(verdict.evidence?.scope.end.value == end)
            }
        }
    }

    @Test("with any byte changed does not hold") func everyByte() throws {
        // Every byte of the header; of the entries, which are all hashed alike, every seventh.
        let header = middle.firstIndex(of: 0x0A) ?? 0
        for position in middle.indices where position <= header || position % 7 == 0 {
            var changed = middle
            changed[position] ^= 1
            guard let verdict = try? verdict(changed) else { continue }
            #expect(verdict.report.verdict == .fails, "byte \(position)")
            #expect(verdict.evidence == nil)
        }
    }

    @Test("cut short anywhere does not hold") func everyPrefix() throws {
        for length in stride(from: 0, to: middle.count, by: 29) {
            guard let verdict = try? verdict(Array(middle[..<length])) else { continue }
            #expect(verdict.report.verdict == .fails, "\(length) bytes")
        }
    }

    @Test("with an entry withheld, doubled, moved or added does not hold") func tampered() throws {
        let entries = 1..<Lines(middle).lines.count
        for place in entries {
            var withheld = Lines(middle)
            withheld.lines.remove(at: place)
            #expect(try verdict(withheld.bytes).report.verdict == .fails)
            var doubled = Lines(middle)
            doubled.lines.insert(doubled.lines[place], at: place)
            #expect(try verdict(doubled.bytes).report.verdict == .fails)
            guard place + 1 < entries.upperBound else { continue }
            var swapped = Lines(middle)
            swapped.lines.swapAt(place, place + 1)
            let report = try verdict(swapped.bytes).report
            #expect(report["range"] != .holds)
        }
        // Withheld with its count corrected: the range proof is for other positions.
        var shorter = Lines(middle)
        let header = try shorter.header()
        shorter.lines.remove(at: 3)
        shorter.lines[0] =
            ExtractHeader(
                origin: header.origin, from: header.from, to: header.to, first: LeafIndex(header.first.value - 1),
                end: LeafIndex(header.end.value - 1), lead: header.lead - 1, hasClosing: true, opening: 0,
                note: header.note,
                proof: header.proof
            ).formatted
        #expect(try verdict(shorter.bytes).report["range"] != .holds)
    }

    @Test("cut beside its marks is caught, however honest the proof") func wrongMarks() throws {
        let right = try log.plan(from: day1, to: day2)
        for (move, from, to) in [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, 0, 1000), (0, -1000, 0)] as [(Int, Int64, Int64)]
        {
            for shift in move == 0 ? [(0, 0)] : [(move, 0), (0, move)] {
                let first = Int(right.first.value) + shift.0
                let end = Int(right.end.value) + shift.1
                let header = ExtractHeader(
                    origin: log.origin, from: Timestamp(milliseconds: day1 + from),
                    to: Timestamp(milliseconds: day2 + to),
                    first: LeafIndex(UInt64(first)), end: LeafIndex(UInt64(end)), lead: UInt64(first), hasClosing: true,
                    opening: 0, note: Text(String(decoding: try log.note(), as: UTF8.self)),
                    proof: log.range(0, end + 1))
                let lines = [header.formatted] + log.entries[0...end].map(\.bytes)
                let report = try verdict(lines.flatMap { $0 + [0x0A] }).report
                #expect(report["range"] == .holds, "the proof itself is good")
                #expect(report.verdict == .fails, "first \(shift.0) end \(shift.1) from \(from) to \(to)")
            }
        }
    }

    @Test("of another log, under another key, or with a foreign origin does not hold") func foreign() throws {
        let other = try TestLog.threeDays(origin: "example.com/other")
        #expect(try verify(extract: middle, under: other.trust).report.verdict == .fails)
        #expect(try verify(extract: middle, under: TestLog(key: "impostor").trust).report.verdict == .fails)
        var lines = Lines(middle)
        let header = try lines.header()
        lines.lines[0] =
            ExtractHeader(
                origin: "example.com/else", from: header.from, to: header.to, first: header.first, end: header.end,
                lead: header.lead, hasClosing: true, opening: 0, note: header.note, proof: header.proof
            ).formatted
        #expect(try verdict(lines.bytes).report["origin"] != .holds)
    }

    @Test("with a lengthened, shortened or foreign proof does not hold") func proofs() throws {
        let header = try Lines(middle).header()
        let (left, right) = (header.proof.left, header.proof.right)
        let some = Digest.sha256([1])
        let wrong = [
            RangeProof(left: left + [some], right: right), RangeProof(left: left, right: right + [some]),
            RangeProof(left: left, right: Array(right.dropLast())), RangeProof(left: right, right: left),
            log.range(0, Int(header.carried.upperBound) + 1),
        ]
        for proof in wrong {
            var lines = Lines(middle)
            lines.lines[0] =
                ExtractHeader(
                    origin: header.origin, from: header.from, to: header.to, first: header.first, end: header.end,
                    lead: header.lead, hasClosing: true, opening: 0, note: header.note, proof: proof
                ).formatted
            #expect(try verdict(lines.bytes).report["range"] != .holds)
        }
    }

    @Test("names entries that are earlier than they may be, and opening entries that are not in the log")
    func openingEntries() throws {
        let good = try log.extract(from: day2, to: nil, wholeLead: false, opening: [0, 2, 3])
        #expect(try verdict(good).report["opening-entries"] == .holds)
        for change in 0..<3 {
            var lines = Lines(good)
            switch change {
            case 0: lines.lines.swapAt(1, 2)
            case 1: lines.lines[2] = lines.lines[1]
            default:
                lines.lines[1] =
                    OpeningEntry(index: LeafIndex(1), entry: log.entries[0].bytes, proof: log.inclusion(0)).formatted
            }
            #expect(try verdict(lines.bytes).report["opening-entries"] != .holds)
        }
    }

    @Test("in which the clock falls is named") func clock() throws {
        var log = try TestLog()
        try log.mark(TestLog.start + 5000)
        try log.mark(TestLog.start + 2000, writtenAt: TestLog.start + 2000)
        let report = try verify(extract: log.extract(from: nil, to: nil), under: log.trust).report
        #expect(report["range"] == .holds)
        #expect(report["clock"]?.reason?.contains("entry 2") == true)
        #expect(report.verdict == .fails)
    }
}

@Suite("The place of a period") struct ExtractPlanTests {
    @Test("is found as a reader of the whole log finds it") func bisection() throws {
        var log = try TestLog()
        var random: UInt64 = 11
        for number in 1..<200 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let last = log.entries.last?.ledgerTime.milliseconds ?? TestLog.start
            let time = last + Int64(random >> 60) * 1000
            if random >> 50 & 3 == 0 {
                try log.mark(time)
            } else {
                try log.append(Story.approval(Text("a\(number)"), time: time)[0], at: time)
            }
        }
        let marks = log.entries.indices.filter { log.entries[$0].type == "dev.countersign.ledger.marked.v1" }
        for place in marks {
            let time = log.entries[place].ledgerTime.milliseconds
            guard log.entries[place - 1].ledgerTime.milliseconds < time else { continue }
            let plan = try log.plan(from: time, to: nil)
            #expect(plan.first == LeafIndex(UInt64(place)))
        }
    }

    @Test("is not made up where there is no mark") func refusals() throws {
        let log = try TestLog.threeDays()
        let noon = TestLog.start + 12 * TestLog.hour
        #expect(throws: ExtractPlanError.noMark(Timestamp(milliseconds: noon))) { try log.plan(from: noon, to: nil) }
        for end in [noon, noon - 1] {
            #expect(throws: ExtractPlanError.reversed) { try log.plan(from: noon, to: end) }
        }
        let first = try #require(log.entries.first).ledgerTime
        for time in [first.milliseconds, first.milliseconds - TestLog.day] {
            #expect(throws: ExtractPlanError.endsBeforeLog(first: first)) { try log.plan(from: nil, to: time) }
        }
    }
}
