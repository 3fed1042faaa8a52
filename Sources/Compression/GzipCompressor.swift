import CZlib

/// Writes gzip (RFC 1952): the same bytes give the same result, since it carries no time and no name.
@safe package final class GzipCompressor {
    private let stream: UnsafeMutablePointer<z_stream>
    private let isReady: Bool
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    /// - Parameter level: 1 (fast) to 9 (small).
    package init(level: Int = 6) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe isReady = suixin_deflate_init(stream, Int32(level), 31) == Z_OK
    }

    deinit {
        if isReady { unsafe _ = deflateEnd(stream) }
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// Compresses the next bytes, and returns what is ready of the result.
    package func append(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        try bytes.isEmpty ? [] : run(bytes, Z_NO_FLUSH)
    }

    /// Ends the member, and returns the rest of the result.
    package func finish() throws(CompressionError) -> [UInt8] { try run([], Z_FINISH) }

    private func run(_ bytes: [UInt8], _ flush: Int32) throws(CompressionError) -> [UInt8] {
        guard isReady else { throw .failed }
        var input = bytes
        var result: [UInt8] = []
        var place = 0
        while true {
            let (status, read, written): (Int32, Int, Int) = unsafe input.withUnsafeMutableBufferPointer { source in
                unsafe buffer.withUnsafeMutableBufferPointer { target in
                    let available = source.count - place
                    unsafe stream.pointee.next_in = source.baseAddress.map { unsafe $0 + place }
                    unsafe stream.pointee.avail_in = UInt32(clamping: available)
                    unsafe stream.pointee.next_out = target.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
                    let status = unsafe deflate(stream, flush)
                    let read = unsafe min(available, Int(UInt32.max)) - Int(stream.pointee.avail_in)
                    return unsafe (status, read, target.count - Int(stream.pointee.avail_out))
                }
            }
            place += read
            result += buffer[..<written]
            if status == Z_STREAM_END { return result }
            guard status == Z_OK || status == Z_BUF_ERROR else { throw .failed }
            if flush == Z_NO_FLUSH, place == input.count, written < buffer.count { return result }
        }
    }
}

/// Whole byte arrays at once.
package enum Gzip {
    /// One member, without time and name.
    package static func compress(_ bytes: [UInt8], level: Int = 6) throws(CompressionError) -> [UInt8] {
        let compressor = GzipCompressor(level: level)
        return try compressor.append(bytes) + compressor.finish()
    }

    /// All members, within the limits.
    package static func decompress(
        _ bytes: [UInt8],
        ratio: Int = 200,
        limit: Int = 1 << 30
    ) throws(CompressionError) -> [UInt8] {
        let decompressor = GzipDecompressor(ratio: ratio, limit: limit)
        decompressor.push(bytes)
        var result: [UInt8] = []
        while let part = try decompressor.next() { result += part }
        try decompressor.finish()
        return result
    }
}
