import Compression

extension FuzzSurface {
    /// The inflater; the first byte decides how the file is cut, and whether the limits are narrow.
    static let gzip = FuzzSurface(
        name: "gzip",
        title: "A gzip file, inflated whole and in pieces, and bytes that are compressed and inflated again",
        mostBytes: 4096,
        words: { [] },
        seeds: { samples in
            var seeds: [FuzzSeed] = []
            for (path, bytes) in samples.files.sorted(by: { $0.key < $1.key }) {
                let packed = path.hasSuffix(".gz") ? bytes : compressed(bytes)
                guard let packed, let name = path.split(separator: "/").last else { continue }
                for control: UInt8 in [0, 1, 6] {
                    seeds.append(FuzzSeed(name: "\(name)-\(control)", bytes: [control] + packed))
                }
            }
            return seeds
        },
        run: { bytes in
            var input = FuzzInput(bytes)
            let control = input.byte()
            let limit = control & 1 == 0 ? 1 << 18 : 512
            let whole = inflated(CollectionOfOne(input.rest), limit: limit)
            let cut = inflated(FuzzInput.pieces(of: input.rest, by: control >> 1), limit: limit)
            try hold(whole.error == cut.error, "the whole ends as \(say(whole.error)), pieces as \(say(cut.error))")
            try hold(whole.bytes.count <= limit, "\(whole.bytes.count) bytes were inflated, \(limit) are allowed")
            if whole.error == nil { try hold(whole.bytes == cut.bytes, "pieces inflate to other bytes") }
            // Compressing takes far longer than inflating: one input in four does for it.
            guard control & 6 == 6 else { return }
            let plain = Array(input.rest)
            guard let packed = compressed(plain) else { throw FuzzViolation("bytes cannot be compressed") }
            let back = inflated(CollectionOfOne(packed[...]), limit: plain.count)
            try hold(back.error == nil && back.bytes == plain, "what was compressed does not come back")
        }
    )

    private static func say(_ error: CompressionError?) -> String { error.map { "\($0)" } ?? "good" }

    private static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        let compressor = GzipCompressor()
        guard let body = try? compressor.append(bytes), let end = try? compressor.finish() else { return nil }
        return body + end
    }

    private static func inflated(
        _ pieces: some Sequence<ArraySlice<UInt8>>,
        limit: Int
    ) -> (bytes: [UInt8], error: CompressionError?) {
        let inflater = GzipDecompressor(ratio: 200, limit: limit)
        var bytes: [UInt8] = []
        do throws(CompressionError) {
            for piece in pieces {
                inflater.push(piece)
                while let part = try inflater.next() { bytes += part }
            }
            try inflater.finish()
            return (bytes, nil)
        } catch {
            return (bytes, error)
        }
    }
}
