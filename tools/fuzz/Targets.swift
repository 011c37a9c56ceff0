import Glibc

/// What each target does with an input: it parses, and where that succeeds it holds the parser to its promise. A broken
/// promise is a failed precondition, which libFuzzer takes for a crash.
///
/// `tools/fuzz/run` reads the names from this table.
private let targets: [String: @Sendable ([UInt8]) -> Void] = [
    "ca-file": fuzzTimestampRoots,
    "checkpoint": fuzzCheckpoint,
    "codecs": fuzzCodecs,
    "disclosure": fuzzDisclosure,
    "entry": fuzzEntry,
    "event": fuzzEvent,
    "event-binary": fuzzBinaryEvent,
    "extract-line": fuzzExtractLine,
    "json": fuzzJSON,
    "note": fuzzNote,
    "policy": fuzzPolicy,
    "private-key": fuzzPrivateKey,
    "public-key": fuzzPublicKey,
    "receipt": fuzzReceipt,
    "tile-path": fuzzTilePath,
    "timestamp": fuzzTimestamp,
    "tlog-proof": fuzzTLogProof,
    "token-name": fuzzTokenName,
    "vkey": fuzzVerifierKey,
    "witness-answer": fuzzSignatureLines,
    "witness-request": fuzzAddCheckpoint,
]

private let chosen: @Sendable ([UInt8]) -> Void = {
    guard let name = getenv("FUZZ_TARGET").map({ String(cString: $0) }), let target = targets[name] else {
        preconditionFailure("FUZZ_TARGET names none of \(targets.keys.sorted())")
    }
    return target
}()

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    chosen([UInt8](UnsafeBufferPointer(start: data, count: count)))
    return 0
}
