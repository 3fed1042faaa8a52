import CZlib

/// Inflates gzip (RFC 1952) of one or more members, as it comes, in bounded memory.
///
/// Bytes go in by ``push(_:)``; ``next()`` gives what they hold, nil when it needs more; ``finish()`` tells whether the
/// end was one.
@safe package final class GzipDecompressor {
    private let stream: UnsafeMutablePointer<z_stream>
    private let isReady: Bool
    private let ratio: Int
    private let limit: Int
    private var input: [UInt8] = []
    private var place = 0
    private var stored = 0
    private var inflated = 0
    private var isBetweenMembers = true
    private var memberCount = 0
    private var output = [UInt8](repeating: 0, count: 1 << 17)
    /// Inflated bytes that any file may have, whatever its ratio: a short run of blanks is no bomb.
    private static let free = 1 << 20

    /// - Parameters:
    ///   - ratio: inflated bytes for each stored byte.
    ///   - limit: inflated bytes in all.
    package init(ratio: Int, limit: Int) {
        self.ratio = ratio
        self.limit = limit
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 31: a window of 32 kB, and gzip's wrapping only.
        unsafe isReady = suixin_inflate_init(stream, 31) == Z_OK
    }

    deinit {
        if isReady { unsafe _ = inflateEnd(stream) }
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// Takes the next stored bytes.
    package func push(_ bytes: some Sequence<UInt8>) {
        input.removeSubrange(..<place)
        place = 0
        input.append(contentsOf: bytes)
    }

    /// The next inflated bytes, never none; nil when more are needed.
    package func next() throws(CompressionError) -> ArraySlice<UInt8>? {
        guard isReady else { throw .failed }
        while place < input.count {
            if isBetweenMembers, try !beginMember() { return nil }
            guard place < input.count else { return nil }
            let (status, read, written) = step()
            place += read
            stored += read
            inflated += written
            guard inflated <= limit, inflated <= Self.free || inflated / ratio <= stored else { throw .overLimit }
            switch status {
            case Z_OK, Z_BUF_ERROR: break
            case Z_STREAM_END: isBetweenMembers = true
            case Z_MEM_ERROR: throw .failed
            default: throw .corrupt
            }
            if written > 0 { return output[..<written] }
            if read == 0, !isBetweenMembers { throw .corrupt }
        }
        return try flush()
    }

    /// No bytes follow.
    package func finish() throws(CompressionError) {
        guard isBetweenMembers, memberCount > 0 else { throw .cut }
    }

    /// What zlib still holds of the last bytes.
    private func flush() throws(CompressionError) -> ArraySlice<UInt8>? {
        guard !isBetweenMembers else { return nil }
        let (status, _, written) = step()
        inflated += written
        guard inflated <= limit, inflated <= Self.free || inflated / ratio <= stored else { throw .overLimit }
        if status == Z_STREAM_END { isBetweenMembers = true }
        return written > 0 ? output[..<written] : nil
    }

    /// Begins a member where one stands; zeros after the last one are padding (RFC 1952 leaves them to the medium).
    private func beginMember() throws(CompressionError) -> Bool {
        if memberCount > 0 {
            while place < input.count, input[place] == 0 { place += 1 }
            guard place < input.count else { return false }
            unsafe _ = inflateReset(stream)
        }
        memberCount += 1
        isBetweenMembers = false
        return true
    }

    private func step() -> (status: Int32, read: Int, written: Int) {
        let available = input.count - place
        return unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe stream.pointee.next_in = source.baseAddress.map { unsafe $0 + place }
                unsafe stream.pointee.avail_in = UInt32(clamping: available)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
                let status = unsafe inflate(stream, Z_NO_FLUSH)
                let read = unsafe min(available, Int(UInt32.max)) - Int(stream.pointee.avail_in)
                return unsafe (status, read, target.count - Int(stream.pointee.avail_out))
            }
        }
    }
}
