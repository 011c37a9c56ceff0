import HTTPTypes

/// CloudEvents binary mode (HTTP binding §3.1): attributes as `ce-` header fields.
enum BinaryMode {
    /// The event's fields as they came, in their order; `ApprovalEvents` decodes and judges them.
    static func attributes(in fields: HTTPFields) -> [(name: [UInt8], value: [UInt8])] {
        fields.compactMap { field in
            let name = field.name.canonicalName
            guard isAttribute(field.name) else { return nil }
            return (Array(name.utf8), field.withUnsafeBytesOfValue { Array($0) })
        }
    }

    static func hasAttributes(_ fields: HTTPFields) -> Bool {
        fields.contains { isAttribute($0.name) }
    }

    private static func isAttribute(_ name: HTTPField.Name) -> Bool {
        name.canonicalName.utf8.starts(with: "ce-".utf8)
    }
}
