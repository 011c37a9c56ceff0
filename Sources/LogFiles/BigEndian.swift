/// Integers in files are big-endian.
extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    func bigEndian<Value: FixedWidthInteger>(_ type: Value.Type = Value.self, at offset: Int) -> Value {
        self[offset..<offset + Value.bitWidth / 8].reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }

    /// Appends zeros up to a length.
    mutating func pad(to length: Int) {
        append(contentsOf: [UInt8](repeating: 0, count: Swift.max(0, length - count)))
    }

    var isZero: Bool { allSatisfy { $0 == 0 } }
}
