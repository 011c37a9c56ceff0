import LedgerEngine

/// Where cosigned heads are kept over restarts. The protocol exists for the layers: the files are another room's.
public protocol CosignatureStore: Sendable {
    /// The newest head that was kept, with its note and the cosignatures on it; nil before the first.
    func newest() throws -> PublishedHead?

    /// Keeps a head with the cosignatures on its note. When this returns, it survives a power cut. A head smaller than
    /// the newest is passed over; of one size the last holds.
    func keep(_ head: PublishedHead) throws
}
