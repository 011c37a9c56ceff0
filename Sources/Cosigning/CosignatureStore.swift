import LedgerEngine
import SignedNotes

/// Where cosigned heads are kept over restarts. The protocol exists for the layers: the files are another room's.
public protocol CosignatureStore: Sendable {
    /// The newest head that was kept, with its note and the cosignatures on it; nil before the first.
    func newest() throws -> PublishedHead?

    /// Keeps a head with the cosignatures on its note. When this returns, it survives a power cut. A head smaller than
    /// the newest is passed over, and one that is a part of it; else, of one size the last holds.
    func keep(_ head: PublishedHead) throws
}

extension PublishedHead {
    /// Whether this is the other head with some of its signatures only, as when two cosignatures overtake each other.
    public func isPart(of other: PublishedHead) -> Bool {
        guard head == other.head, let note = try? SignedNote(parsing: note),
            let whole = try? SignedNote(parsing: other.note)
        else { return false }
        return Set(note.signatures).isStrictSubset(of: whole.signatures)
    }
}
