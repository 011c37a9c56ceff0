import ApprovalEvents
import LedgerCrypto
import MerkleTree
import SignedNotes
import Verification

/// Looks at a log once: is what it serves now what it signed, and does that continue what it had signed before?
struct Monitor: Sendable {
    let source: TileSource
    let trust: TLogPolicy
    /// Where proof of misbehaviour is kept.
    let evidenceFolder: String
    /// Whether a token was given, so that the log has to show its entries.
    let expectsEntries: Bool

    /// What came of one look. Without `state`, what was known before stays.
    struct Sight {
        var state: MonitorState?
        var events: [MonitorEvent]
    }

    /// - Parameter progress: told how many new entries were read of how many.
    func look(after known: MonitorState?, progress: (_ done: UInt64, _ of: UInt64) -> Void) async throws -> Sight {
        do {
            return try await follow(known, progress: progress)
        } catch let failure as TileSource.Failure {
            return Sight(events: [Self.event(failure)])
        } catch NoteError.quorumMissed(let what) {
            return Sight(events: [MonitorEvent(.unwitnessed, what)])
        } catch let error as NoteError {
            return Sight(events: [MonitorEvent(.untrusted, "the served head is not the trusted log's: \(error)")])
        } catch let wrong as VerifiedTiles.Wrong {
            return Sight(events: [
                MonitorEvent(.wrongTile, "the log serves what it did not sign: \(wrong.what): \(wrong.reason)")
            ])
        } catch let misbehaviour as Misbehaviour {
            let kind: MonitorEvent.Kind = misbehaviour.kind == .fork ? .fork : .rollback
            // That its proof cannot be kept must not keep it from being said.
            do {
                let place = try misbehaviour.keep(below: evidenceFolder)
                return Sight(events: [MonitorEvent(kind, misbehaviour.sentence, evidence: place)])
            } catch {
                return Sight(events: [
                    MonitorEvent(kind, "\(misbehaviour.sentence); its proof could not be kept: \(error)")
                ])
            }
        }
    }

    private static func event(_ failure: TileSource.Failure) -> MonitorEvent {
        switch failure {
        case .notReached(let what), .refused(let what): MonitorEvent(.unreachable, what)
        case .missing(let what): MonitorEvent(.withheld, "the log does not serve what its head needs: \(what)")
        case .malformed(let what): MonitorEvent(.wrongTile, "the log serves what is no part of it: \(what)")
        }
    }

    private func follow(
        _ known: MonitorState?, progress: (UInt64, UInt64) -> Void
    ) async throws -> Sight {
        let served = try SignedHead(try await source.checkpoint(), under: trust)
        if let known {
            guard known.newest.origin == served.origin else {
                throw CommandFailure.usage("the state is of the log \(known.newest.name), not of \(served.name)")
            }
            try known.newest.requireNotOpposed(by: served)
        }
        let tiles = try await VerifiedTiles(source, under: served.head)
        try await known?.newest.requireContinued(by: served, tiles)
        let run = EntryRun(source: source, tiles: tiles, from: known?.entriesRead ?? 0, after: known?.ledgerTime)
        let found = try await run.read(progress: progress)
        let state = MonitorState(newest: served, entriesRead: found.end, ledgerTime: found.ledgerTime)
        guard found.wrong.isEmpty else {
            return Sight(events: found.wrong.map { MonitorEvent(.wrongEntry, $0) })
        }
        var events = [Self.summary(known, state, read: found.end - run.start)]
        if expectsEntries, found.end < served.head.size.value {
            events.append(MonitorEvent(.unreachable, "the log does not accept the token for reading entries"))
        }
        for trouble in found.troubles { events.append(try await event(trouble, in: served, tiles)) }
        let rest = found.troubleCount - found.troubles.count
        if rest > 0 { events.append(MonitorEvent(.badEntry, "and \(rest) entries more are not as they must be")) }
        return Sight(state: state, events: events)
    }

    private static func summary(_ known: MonitorState?, _ state: MonitorState, read: UInt64) -> MonitorEvent {
        let head = state.newest.head
        var text = state.newest.name
        let kind: MonitorEvent.Kind
        switch known?.newest.head.size {
        case nil:
            kind = .started
            text += ": \(head.size) entries"
        case head.size?:
            kind = .same
            text += ": \(head.size) entries, as before"
        case let size?:
            kind = .grew
            text += ": \(size) to \(head.size) entries, the new head continues the last"
        }
        if read > 0 { text += "; \(read) entries hashed and read" }
        if state.entriesRead < head.size.value {
            text += "; entries from \(state.entriesRead) on not read: they are for callers with a token"
        }
        return MonitorEvent(kind, text + "; root \(head.root)")
    }

    /// An entry that was signed although it must not be: kept with the proof that it stands in the log.
    private func event(
        _ trouble: EntryTrouble, in served: SignedHead, _ tiles: VerifiedTiles
    ) async throws -> MonitorEvent {
        let proof = try TLogProof(
            index: trouble.index, proof: try await tiles.inclusion(of: trouble.index),
            note: try SignedNote(parsing: served.note))
        let bundle = trouble.index.value / 256
        let width = Int(min(256, served.head.size.value - bundle * 256))
        let bytes = try await source.bundle(bundle, width: width)
        let entries = try EntryBundle.entries(in: bytes, count: width)
        let place = "\(evidenceFolder)/\(trouble.kind.rawValue)-\(trouble.index)"
        try Files.makeFolder(place)
        try Files.write(Array(entries[Int(trouble.index.value % 256)]), to: place + "/entry")
        try Files.write(proof.formatted, to: place + "/entry.tlog-proof")
        let kind: MonitorEvent.Kind = trouble.kind == .clock ? .clock : .badEntry
        return MonitorEvent(kind, "entry \(trouble.index): \(trouble.reason)", evidence: place)
    }
}
