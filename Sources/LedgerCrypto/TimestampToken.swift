import COpenSSL

/// Why a timestamp was not taken.
public struct TimestampError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a caller may tell apart.
    public enum Kind: Hashable, Sendable {
        /// The bytes are no answer of a time authority.
        case malformed
        /// The authority answered that it does not stamp this, and why.
        case rejected
        /// It is a timestamp, but not of what was asked for.
        case mismatch
        /// No authority that is trusted signed it.
        case untrusted
        /// It contradicts what else is known.
        case contradiction
    }

    public let kind: Kind
    public let message: String

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// A good timestamp that contradicts what else is known.
    public static func contradiction(_ message: String) -> TimestampError { TimestampError(.contradiction, message) }

    /// `message`, with what libcrypto's error queue of this thread holds.
    static func fromQueue(_ kind: Kind, _ message: String) -> TimestampError {
        let details = OpenSSLErrors.take()
        return TimestampError(kind, details.isEmpty ? message : message + " (" + details.joined(separator: "; ") + ")")
    }

    public var description: String { message }
}

/// The answer of a time authority (RFC 3161 §2.4.2) that grants a timestamp, as it came: a signed statement that what
/// has the imprint existed at the time.
///
/// Reading one shows what it claims. That a trusted authority signed it, `verify` shows.
public struct TimestampToken: Hashable, Sendable {
    /// The whole answer, DER-encoded, as `openssl ts -verify -in` reads it.
    public let der: [UInt8]
    /// The SHA-256 that was stamped.
    public let imprint: Digest
    /// Milliseconds since 1970, UTC; what lies below is cut off.
    public let time: Int64
    /// How far the authority says that the time may be off, in microseconds; nil where it does not say.
    public let accuracy: Int64?
    /// The authority's number for it, in hexadecimal.
    public let serial: String
    /// Whom the answer names as its authority, on one line; empty where it does not.
    public let authority: String
    private let nonce: [UInt8]

    /// An answer with its certificates has some 2 to 10 kB.
    public static let maxByteCount = 64 << 10

    /// Reads an answer. One that grants nothing is `rejected`, with the authority's words.
    public init(parsing der: [UInt8]) throws(TimestampError) {
        guard der.count <= Self.maxByteCount else {
            throw TimestampError(.malformed, "\(der.count) bytes are too many for a timestamp")
        }
        let response = try TimestampResponse(der)
        // What is read below is inside it.
        defer { withExtendedLifetime(response) {} }
        try response.requireGranted()
        guard let info = TS_RESP_get_tst_info(response.pointer) else {
            throw TimestampError(.malformed, "the answer grants a timestamp and holds none")
        }
        self.der = der
        imprint = try Self.imprint(info)
        time = try Self.time(info)
        accuracy = try Self.accuracy(info)
        nonce = Self.number(TS_TST_INFO_get_nonce(info))
        serial = Hex.string(Self.number(TS_TST_INFO_get_serial(info)))
        authority = Self.authority(info)
    }

    /// Checks that this is the answer to `request`: the same imprint, the same nonce.
    public func requireAnswer(to request: TimestampRequest) throws(TimestampError) {
        guard imprint == request.imprint else {
            throw TimestampError(.mismatch, "the authority stamped something else: its SHA-256 is \(imprint.hex)")
        }
        guard nonce == request.nonce else {
            throw TimestampError(.mismatch, "the answer is not to this request: it has another nonce")
        }
    }

    /// Checks that it stamps what has this SHA-256.
    public func requireImprint(_ expected: Digest) throws(TimestampError) {
        guard imprint == expected else {
            throw TimestampError(.mismatch, "it stamps something else: a SHA-256 of \(imprint.hex)")
        }
    }

    /// Checks that an authority under one of `roots` signed this for `imprint`, with a certificate that was valid at the
    /// time that it states: certificates end, and what they signed before stays signed. A certificate that was revoked
    /// cannot be told from here.
    public func verify(imprint expected: Digest, under roots: TimestampRoots) throws(TimestampError) {
        try requireImprint(expected)
        let response = try TimestampResponse(der)
        defer { withExtendedLifetime(response) {} }
        OpenSSLErrors.clear()
        guard let context = TS_VERIFY_CTX_new() else { throw .fromQueue(.malformed, "no memory to verify in") }
        defer { TS_VERIFY_CTX_free(context) }
        let store = try roots.store(at: time / 1000)
        // The context owns the store from here.
        guard TS_VERIFY_CTX_set_store(context, store) != nil else { throw .fromQueue(.malformed, "no store") }
        let flags = TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_SIGNER
        _ = TS_VERIFY_CTX_set_flags(context, Int32(flags))
        guard TS_RESP_verify_response(context, response.pointer) == 1 else {
            throw .fromQueue(.untrusted, "no authority of the CA file signed it")
        }
        OpenSSLErrors.clear()
    }
}

/// libcrypto's TS_RESP, given back with its last holder.
private final class TimestampResponse {
    let pointer: OpaquePointer

    /// The whole of `der` must be one answer.
    init(_ der: [UInt8]) throws(TimestampError) {
        OpenSSLErrors.clear()
        var consumed = 0
        let pointer = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var next = buffer.baseAddress
            let pointer = d2i_TS_RESP(nil, &next, buffer.count)
            if let start = buffer.baseAddress, let next { consumed = next - start }
            return pointer
        }
        guard let pointer else { throw .fromQueue(.malformed, "not the answer of a time authority (RFC 3161)") }
        self.pointer = pointer
        guard consumed == der.count else {
            throw TimestampError(.malformed, "\(der.count - consumed) bytes follow the answer of the time authority")
        }
    }

    deinit { TS_RESP_free(pointer) }

    func requireGranted() throws(TimestampError) {
        guard let info = TS_RESP_get_status_info(pointer), let status = TS_STATUS_INFO_get0_status(info) else {
            throw TimestampError(.malformed, "the answer has no status")
        }
        let code = ASN1_INTEGER_get(status)
        guard code != Int(TS_STATUS_GRANTED), code != Int(TS_STATUS_GRANTED_WITH_MODS) else { return }
        throw TimestampError(.rejected, "the authority refused, status \(code)\(words(info))")
    }

    /// What the authority says, on one line.
    private func words(_ info: OpaquePointer) -> String {
        guard let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(bio) }
        guard TS_STATUS_INFO_print_bio(bio, info) == 1 else { return "" }
        return ": " + OpenSSLText.line(bio)
    }
}
