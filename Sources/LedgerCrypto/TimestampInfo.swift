import COpenSSL

/// What stands in a token (TSTInfo, RFC 3161 §2.4.2).
extension TimestampToken {
    static func imprint(_ info: OpaquePointer) throws(TimestampError) -> Digest {
        guard let imprint = TS_TST_INFO_get_msg_imprint(info), let algorithm = TS_MSG_IMPRINT_get_algo(imprint),
            let message = TS_MSG_IMPRINT_get_msg(imprint)
        else { throw TimestampError(.malformed, "the timestamp does not say of what") }
        var object: OpaquePointer?
        X509_ALGOR_get0(&object, nil, nil, algorithm)
        guard OBJ_obj2nid(object) == NID_sha256, let digest = Digest(Self.bytes(UnsafePointer(message))) else {
            throw TimestampError(.mismatch, "the authority stamped another hash than a SHA-256")
        }
        return digest
    }

    /// Milliseconds since 1970.
    static func time(_ info: OpaquePointer) throws(TimestampError) -> Int64 {
        guard let time = TS_TST_INFO_get_time(info) else {
            throw TimestampError(.malformed, "the timestamp has no time")
        }
        let text = bytes(time)
        guard let epoch = ASN1_TIME_set(nil, 0) else { throw .fromQueue(.malformed, "no memory for a time") }
        defer { ASN1_STRING_free(epoch) }
        var (days, seconds): (Int32, Int32) = (0, 0)
        // YYYYMMDDhhmmss[.f…]Z (RFC 3161): the zone is always UTC.
        guard text.count >= 15, text.count <= 64, text.last == UInt8(ascii: "Z"),
            ASN1_TIME_diff(&days, &seconds, epoch, time) == 1,
            let millisecond = millisecond(text.dropFirst(14).dropLast())
        else { throw TimestampError(.malformed, "the timestamp's time has another form") }
        return (Int64(days) * 86_400 + Int64(seconds)) * 1_000 + millisecond
    }

    /// `.` and digits, or nothing.
    private static func millisecond(_ fraction: ArraySlice<UInt8>) -> Int64? {
        guard let point = fraction.first else { return 0 }
        let digits = fraction.dropFirst()
        guard point == UInt8(ascii: "."), !digits.isEmpty,
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return (Array(digits.prefix(3)) + [0x30, 0x30]).prefix(3).reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// Microseconds.
    static func accuracy(_ info: OpaquePointer) throws(TimestampError) -> Int64? {
        guard let accuracy = TS_TST_INFO_get_accuracy(info) else { return nil }
        let parts = [
            (TS_ACCURACY_get_seconds(accuracy), Int64(1_000_000)), (TS_ACCURACY_get_millis(accuracy), 1_000),
            (TS_ACCURACY_get_micros(accuracy), 1),
        ]
        var sum: Int64 = 0
        for (part, unit) in parts {
            guard let part else { continue }
            var value: Int64 = 0
            // More than some years is no accuracy.
            guard ASN1_INTEGER_get_int64(&value, part) == 1, (0...1_000_000_000).contains(value) else {
                throw TimestampError(.malformed, "the timestamp's accuracy is no duration")
            }
            sum += value * unit
        }
        // Whoever may be a day off contradicts nothing.
        guard sum <= 86_400 * 1_000_000 else {
            throw TimestampError(.malformed, "the timestamp's accuracy is more than a day")
        }
        return sum
    }

    static func number(_ integer: UnsafePointer<ASN1_INTEGER>?) -> [UInt8] { integer.map { bytes($0) } ?? [] }

    static func bytes(_ string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        Array(UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string))))
    }

    /// Whom the token names as its authority.
    static func authority(_ info: OpaquePointer) -> String {
        guard let name = TS_TST_INFO_get_tsa(info), let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(bio) }
        guard GENERAL_NAME_print(bio, name) == 1 else { return "" }
        return OpenSSLText.line(bio)
    }
}

enum OpenSSLText {
    /// What was written into a memory BIO, on one line of printable ASCII, 400 characters at most.
    static func line(_ bio: OpaquePointer) -> String {
        var buffer = [UInt8](repeating: 0, count: 400)
        let count = BIO_read(bio, &buffer, Int32(buffer.count))
        let text = buffer.prefix(max(0, Int(count))).map { $0 < 0x20 || $0 > 0x7E ? 0x20 : $0 }
        return String(decoding: text, as: UTF8.self).split(separator: " ").joined(separator: " ")
    }
}
