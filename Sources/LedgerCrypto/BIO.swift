import COpenSSL

/// Lends libcrypto a BIO over `bytes`, which it reads where they stand: they may not go before it does. Nil, where there is
/// no memory for one: what reads from it then fails.
func withBIO<Result, Failure>(
    over bytes: [UInt8], _ body: (OpaquePointer?) throws(Failure) -> Result
) throws(Failure) -> Result {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in
        let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count))
        defer { BIO_free(bio) }
        return try body(bio)
    }
}
