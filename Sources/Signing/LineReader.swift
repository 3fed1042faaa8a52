internal import Glibc

/// Reads a file line by line in constant memory.
///
/// Not `Sendable`: it belongs to whoever reads.
package final class LineReader {
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    private let limit: Int
    private static let blockSize = 256 * 1024

    /// Opens a file.
    /// - Parameters:
    ///   - path: the file's name.
    ///   - limit: the longest line that is taken, in bytes.
    /// - Throws: ``SigningError`` `file` where it cannot be opened.
    package init(path: String, limit: Int = SignedDocument.sizeLimit) throws(SigningError) {
        self.path = path
        self.limit = limit
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path: path, action: "open", errno: errno) }
    }

    deinit { _ = close(descriptor) }

    /// Whether there is a file of that name.
    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// The next line without its end; nil after the last.
    package func next() throws(SigningError) -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            guard buffer.count - start <= limit else { throw .tooLarge(bytes: buffer.count - start, limit: limit) }
            if isAtEnd {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return Array(buffer[start...])
            }
            buffer.removeFirst(start)
            start = 0
            searched = buffer.count
            try fill()
        }
    }

    /// Everything that is left, after lines that were read already.
    package func rest(after lines: [[UInt8]], limit: Int) throws(SigningError) -> [UInt8] {
        var bytes = Array(lines.joined(separator: [0x0A]))
        while let line = try next() {
            if !bytes.isEmpty { bytes.append(0x0A) }
            bytes += line
            guard bytes.count <= limit else { throw .tooLarge(bytes: bytes.count, limit: limit) }
        }
        return bytes
    }

    private func fill() throws(SigningError) {
        let old = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: Self.blockSize))
        var count: Int
        repeat {
            count = unsafe buffer.withUnsafeMutableBytes { raw in
                unsafe read(descriptor, raw.baseAddress?.advanced(by: old), Self.blockSize)
            }
        } while count < 0 && errno == EINTR
        buffer.removeLast(Self.blockSize - max(count, 0))
        guard count >= 0 else { throw .file(path: path, action: "read", errno: errno) }
        isAtEnd = count == 0
    }
}
