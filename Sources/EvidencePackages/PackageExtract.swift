extension EvidencePackage {
    /// The extract in it, byte for byte; nil where a part is missing. Unchecked: an `ExtractVerifier` says what it is worth.
    public var extract: [UInt8]? {
        ExtractParts.joined(files).map { $0.flatMap { $0 } }
    }
}
