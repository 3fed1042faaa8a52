import Compression
public import XMLFeed

#if canImport(Glibc)
import Glibc
#endif

extension FeedClient {
    /// Removes a spooled file that is no longer needed; one that is not there is no trouble.
    public func remove(_ path: String) { _ = unsafe unlink(path) }

    /// Streams a spooled file item by item, in bounded memory; its broken rows are broken for good.
    /// - Parameters:
    ///   - path: the file, in the pull's spool folder.
    ///   - gzip: whether to inflate it, within the limits.
    ///   - shape: the document's root and row elements.
    ///   - head: called once, before the first row, with what precedes it.
    ///   - item: called for each row, in document order.
    /// - Returns: the complete head.
    /// - Throws: ``AdapterError`` where the file is unreadable or refused as a whole, and what `head` and `item` throw.
    public func readFile(
        _ path: String,
        gzip: Bool,
        shape: FeedShape,
        head: (FeedHead) throws(AdapterError) -> Void,
        item: (FeedItem) throws(AdapterError) -> Void
    ) throws(AdapterError) -> FeedHead {
        let limits = request.limits
        let reader = XMLFeedReader(shape: shape, limits: XMLLimits(limits))
        let inflater = gzip ? GzipDecompressor(ratio: limits.inflation, limit: limits.file) : nil
        let file = try SpooledFile(path: path)
        while let bytes = try file.next() {
            try checkStopped()
            if let inflater {
                inflater.push(bytes)
                while let part = try Self.inflated(inflater) {
                    unsafe part.withUnsafeBytes { unsafe reader.push($0) }
                    try Self.drain(reader, head, item)
                }
            } else {
                unsafe bytes.withUnsafeBytes { unsafe reader.push($0) }
                try Self.drain(reader, head, item)
            }
        }
        do throws(CompressionError) { try inflater?.finish() } catch { throw AskFailure(error).error }
        reader.finish()
        try Self.drain(reader, head, item)
        do throws(XMLFeedError) { return FeedHead(try reader.head()) } catch { throw AskFailure(error).error }
    }

    private static func inflated(_ inflater: GzipDecompressor) throws(AdapterError) -> ArraySlice<UInt8>? {
        do throws(CompressionError) { return try inflater.next() } catch { throw AskFailure(error).error }
    }

    private static func drain(
        _ reader: XMLFeedReader,
        _ head: (FeedHead) throws(AdapterError) -> Void,
        _ item: (FeedItem) throws(AdapterError) -> Void
    ) throws(AdapterError) {
        while let event = try next(reader) {
            if case .head(let parsed) = event {
                try head(FeedHead(parsed))
            } else if let decoded = FeedItem(event) {
                try item(decoded)
            }
        }
    }

    private static func next(_ reader: XMLFeedReader) throws(AdapterError) -> XMLEvent? {
        do throws(XMLFeedError) { return try reader.next() } catch { throw AskFailure(error).error }
    }
}

/// A local file, read in large pieces.
private final class SpooledFile {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)

    init(path: String) throws(AdapterError) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw AdapterError(.local, "The spool file cannot be read.") }
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// The next bytes; nil at the end.
    func next() throws(AdapterError) -> ArraySlice<UInt8>? {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { return buffer[..<count] }
            if count == 0 { return nil }
            guard errno == EINTR else { throw AdapterError(.local, "The spool file cannot be read.") }
        }
    }
}
