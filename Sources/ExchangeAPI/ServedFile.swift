internal import Glibc
internal import Hummingbird
internal import NIOCore

/// A file that is open for as long as somebody reads it, whatever becomes of its name.
final class ServedFile: Sendable {
    private let descriptor: Int32
    /// Its size when it was opened; nobody writes to it.
    let size: Int64

    private static let pieceSize = 256 * 1024

    /// Opens a file; nil where there is none that can be read.
    init?(path: String) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            _ = close(descriptor)
            return nil
        }
        size = Int64(status.st_size)
    }

    deinit { if descriptor >= 0 { _ = close(descriptor) } }

    /// A part of it as the body of an answer, read piece by piece as the other side takes it.
    func body(_ range: Range<Int64>, _ library: ExchangeLibrary) -> ResponseBody {
        ResponseBody(contentLength: range.count) { [self] writer in
            var place = range.lowerBound
            while place < range.upperBound {
                let (start, count) = (place, Int(min(range.upperBound - place, Int64(Self.pieceSize))))
                let piece = try await library.reading { try self.read(count, at: start) }
                try await writer.write(piece)
                place += Int64(piece.readableBytes)
            }
            try await writer.finish(nil)
        }
    }

    private func read(_ count: Int, at place: Int64) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        while true {
            let taken = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
                unsafe max(pread(descriptor, bytes.baseAddress, count, off_t(place)), 0)
            }
            if taken > 0 { return buffer }
            // The head has told the length: all that is left is to end the connection.
            guard errno == EINTR else { throw Failure() }
        }
    }

    /// The disk failed, or somebody cut the file.
    private struct Failure: Error, CustomStringConvertible {
        var description: String { "a file of a snapshot could not be read to its end: check the disk that holds it" }
    }
}
