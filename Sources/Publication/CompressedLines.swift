internal import Compression
internal import CreditModel
internal import Crypto
internal import Foundation

/// Reads the lines of a compressed file piece by piece, and digests it as it lies.
///
/// Not `Sendable`: it belongs to whoever reads.
final class CompressedLines {
    private let file: FileHandle
    private let decompressor = GzipDecompressor(ratio: 1100, limit: .max)
    private let limit: Int
    private var hash = SHA256()
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// Of the file as it lies, read so far.
    private(set) var bytes: Int64 = 0
    private(set) var count: Int64 = 0

    private static let pieceSize = 256 * 1024

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: its name.
    ///   - limit: the longest line that is taken.
    /// - Throws: where it cannot be opened.
    init(path: String, limit: Int) throws {
        file = try FileHandle(forReadingFrom: URL(filePath: path))
        self.limit = limit
    }

    deinit { try? file.close() }

    /// `sha256:` of what was read so far: after the last line, of the whole file.
    var digest: String { "sha256:" + hash.finalize().hexadecimal }

    /// The next line without its end; nil after the last.
    ///
    /// - Throws: ``CompressionError``, and ``PublicationError`` for a line that is too long or does not end.
    func next() throws -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                count += 1
                return Array(buffer[start..<end])
            }
            guard buffer.count - start <= limit else {
                throw PublicationError.malformed("line \(count + 1) is longer than any of the exchange's")
            }
            searched = buffer.count - start
            buffer.removeFirst(start)
            start = 0
            guard try fill() else {
                guard buffer.isEmpty else { throw PublicationError.malformed("the last line does not end") }
                return nil
            }
        }
    }

    /// Inflates the next piece; false after the last.
    private func fill() throws -> Bool {
        while true {
            if let part = try decompressor.next() {
                buffer += part
                return true
            }
            guard !isAtEnd else {
                try decompressor.finish()
                return false
            }
            guard let piece = try file.read(upToCount: Self.pieceSize), !piece.isEmpty else {
                isAtEnd = true
                continue
            }
            bytes += Int64(piece.count)
            hash.update(data: piece)
            decompressor.push(piece)
        }
    }
}
