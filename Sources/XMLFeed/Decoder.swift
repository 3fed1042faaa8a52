import CLibXML2

/// Turns a document's bytes into UTF-8; owns its converter and frees it once.
@safe final class Decoder {
    let encoding: FeedEncoding
    private let converter: iconv_t?
    /// Reused from row to row.
    private var buffer: [UInt8] = []

    init(_ encoding: FeedEncoding) {
        self.encoding = encoding
        guard encoding == .gb18030 else {
            unsafe converter = nil
            return
        }
        let opened = unsafe iconv_open("UTF-8", "GB18030")
        // iconv_open's sign of failure is (iconv_t)-1.
        unsafe converter = Int(bitPattern: opened) == -1 ? nil : opened
    }

    deinit {
        if let converter = unsafe converter { unsafe _ = iconv_close(converter) }
    }

    /// Calls `body` with the bytes in UTF-8.
    ///
    /// UTF-8 is handed on as it is: whoever reads it validates it.
    /// - Parameters:
    ///   - bytes: In the document's encoding.
    ///   - blanks: How many blanks may follow what was decoded, for who reads ahead; UTF-8 is followed by none.
    ///   - body: Called once with the decoded bytes, and the blanks.
    /// - Returns: nil if a sequence cannot be decoded.
    func withUTF8<Result>(
        _ bytes: UnsafeRawBufferPointer,
        blanks: Int = 0,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        guard encoding == .gb18030 else { return unsafe body(bytes) }
        let needed = bytes.count * 2 + 16 + blanks
        if buffer.count < needed { buffer = [UInt8](repeating: 0, count: needed + needed / 2) }
        return unsafe buffer.withUnsafeMutableBytes { output in
            guard let (read, written) = unsafe convert(bytes, into: output), read == bytes.count else { return nil }
            let end = written + blanks
            for place in written..<end { unsafe output[place] = 0x20 }
            return unsafe body(UnsafeRawBufferPointer(rebasing: output[..<end]))
        }
    }

    /// How much was read and written before the end or the first undecodable sequence.
    private func convert(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> (Int, Int)? {
        guard let converter = unsafe converter else { return nil }
        unsafe _ = iconv(converter, nil, nil, nil, nil)
        guard let start = bytes.baseAddress, let target = output.baseAddress else { return (0, 0) }
        var input: UnsafeMutablePointer<CChar>? = unsafe UnsafeMutableRawPointer(mutating: start)
            .assumingMemoryBound(to: CChar.self)
        var inputLeft = bytes.count
        var result: UnsafeMutablePointer<CChar>? = unsafe target.assumingMemoryBound(to: CChar.self)
        var resultLeft = output.count
        unsafe _ = iconv(converter, &input, &inputLeft, &result, &resultLeft)
        return (bytes.count - inputLeft, output.count - resultLeft)
    }

    /// The bytes in UTF-8, with U+FFFD for each byte that cannot be decoded.
    static func lenient(_ bytes: [UInt8], from encoding: FeedEncoding) -> [UInt8] {
        guard encoding == .gb18030 else { return Array(String(decoding: bytes, as: UTF8.self).utf8) }
        let decoder = Decoder(encoding)
        var result: [UInt8] = []
        var output = [UInt8](repeating: 0, count: bytes.count * 2 + 16)
        var place = 0
        while place < bytes.count {
            let step: (Int, Int)? = unsafe bytes.withUnsafeBytes { input in
                unsafe output.withUnsafeMutableBytes { target in
                    unsafe decoder.convert(UnsafeRawBufferPointer(rebasing: input[place...]), into: target)
                }
            }
            guard let (read, written) = step else { return result }
            result += output[..<written]
            place += read
            guard place < bytes.count else { break }
            result += [0xEF, 0xBF, 0xBD]
            place += 1
        }
        return result
    }
}

extension Decoder {
    /// A name of the shape in the document's encoding; in UTF-8 where it has no form there.
    static func encode(_ text: String, into encoding: FeedEncoding) -> [UInt8] {
        var input = Array(text.utf8)
        guard encoding == .gb18030, input.contains(where: { $0 >= 0x80 }) else { return input }
        let converter = unsafe iconv_open("GB18030", "UTF-8")
        guard Int(bitPattern: converter) != -1, let converter = unsafe converter else { return input }
        defer { unsafe _ = iconv_close(converter) }
        var output = [UInt8](repeating: 0, count: input.count * 4)
        let left: Int = unsafe input.withUnsafeMutableBytes { source in
            unsafe output.withUnsafeMutableBytes { target in
                var from: UnsafeMutablePointer<CChar>? = unsafe source.baseAddress?.assumingMemoryBound(to: CChar.self)
                var fromLeft = source.count
                var to: UnsafeMutablePointer<CChar>? = unsafe target.baseAddress?.assumingMemoryBound(to: CChar.self)
                var toLeft = target.count
                unsafe _ = iconv(converter, &from, &fromLeft, &to, &toLeft)
                return toLeft
            }
        }
        return Array(output.dropLast(left))
    }
}
