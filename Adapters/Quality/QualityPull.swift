import AdapterKit
import CreditModel
import XMLFeed

/// One pull of one dataset: the manifest, then each file that is due, checked whole before its first row counts.
final class QualityPull {
    private let adapter: QualityAdapter
    private let request: PullRequest
    private let client: FeedClient
    private let writer: PullWriter
    private let rows: QualityRows
    private var taken: TakenFiles

    static let shape = FeedShape(root: "数据文件", row: "记录")
    /// What a file has outside its rows.
    private static let elements: Set<String> = ["包头", "包头/提供方", "包头/生成时间", "包头/记录数", "包体"]

    init(adapter: QualityAdapter, request: PullRequest, type: RecordType, sink: any PullSink, state: PositionState) {
        self.adapter = adapter
        self.request = request
        client = FeedClient(request)
        writer = PullWriter(request, into: sink)
        rows = QualityRows(request: request, type: type, writer: writer)
        taken = TakenFiles(state)
    }

    func run() throws(AdapterError) {
        let manifest = Manifest(try fetchManifest(), dataset: request.dataset.name)
        taken.begin(with: manifest.files)
        var events = manifest.refused.map { PullEvent.refused(what: $0.what, why: $0.why) } + news(manifest)
        tell(manifest)
        for file in taken.due(manifest.files) {
            try client.checkStopped()
            // A later 全量 may have been taken meanwhile only if it has a greater number: the order is that of the numbers.
            if let reason = try take(file, manifest) {
                events.append(.refused(what: file.name, why: reason))
            }
        }
        if taken.gaps(manifest.files).isEmpty, taken.replaced(manifest.files).isEmpty, manifest.refused.isEmpty {
            taken.complete = manifest.generated ?? taken.complete
        }
        tell(manifest)
        try writer.flush(events: events, position: taken.position)
    }

    /// The manifest's datasets that nobody reads; all pulls see the same manifest, so that one of them tells it.
    private func news(_ manifest: Manifest) -> [PullEvent] {
        let known = QualityAdapter.descriptor.datasets.map(\.id)
        guard request.dataset == known.first else { return [] }
        return manifest.datasets.prefix(Self.mostNews).filter { name in !known.contains { $0.name == name } }
            .map { .drift(kind: "dataset", name: Redaction.label($0), sample: "") }
    }
    private static let mostNews = 64

    private func tell(_ manifest: Manifest) {
        var incomplete = taken.gaps(manifest.files).map { "gap:\($0)" }
        incomplete += taken.replaced(manifest.files).prefix(20).map { "replaced:\($0)" }
        if !manifest.refused.isEmpty { incomplete.append("manifest") }
        writer.progress = SourceProgress(completeUpTo: taken.complete, incomplete: incomplete)
    }

    private var headers: [(name: String, value: String)] { [(name: "X-Access-Token", value: adapter.token.reveal)] }

    private func fetchManifest() throws(AdapterError) -> FeedPage {
        let url = "\(adapter.configuration.baseURL)/exchange/manifest.xml"
        let headers = headers
        return try client.page(shape: FeedShape(root: "清单", row: "数据包")) {
            FeedRequest(.get, url, headers: headers)
        } check: { _ throws(AdapterError) in
        }
    }

    // MARK: One file

    /// - Returns: why the file is refused, nil where it was taken.
    private func take(_ file: ListedFile, _ manifest: Manifest) throws(AdapterError) -> String? {
        let path = "\(request.spoolFolder)/\(file.name)"
        defer { client.remove(path) }
        if let reason = try spool(file, to: path) { return reason }
        if let reason = try check(file, at: path) { return reason }
        try read(file, at: path, manifest)
        return nil
    }

    private func spool(_ file: ListedFile, to path: String) throws(AdapterError) -> String? {
        guard file.size <= request.limits.file else { return "The file is larger than the limit of files." }
        let url = "\(adapter.configuration.baseURL)/exchange/files/\(file.name)"
        let headers = headers
        do {
            let spooled = try client.download(
                { FeedRequest(.get, url, headers: headers) },
                to: path,
                limit: file.size,
                size: file.size
            )
            guard spooled.size == file.size else {
                return "It has \(spooled.size) bytes, the manifest says \(file.size)."
            }
            guard spooled.sha256 == file.digest else { return "Its digest is not the manifest's." }
            return nil
        } catch {
            return try refusal(error)
        }
    }

    /// Reads the whole file once without taking a row: it counts only if it agrees with the manifest everywhere.
    private func check(_ file: ListedFile, at path: String) throws(AdapterError) -> String? {
        do {
            var count = 0
            let head = try client.readFile(path, gzip: file.name.hasSuffix(".gz"), shape: Self.shape) {
                _ throws(AdapterError) in
            } item: { _ throws(AdapterError) in
                count += 1
                if count % 1000 == 0 { try client.checkStopped() }
            }
            return disagreement(head, count, file)
        } catch {
            return try refusal(error)
        }
    }

    private func disagreement(_ head: FeedHead, _ count: Int, _ file: ListedFile) -> String? {
        func attribute(_ name: String) -> String { head.attribute(name).map(KeyText.trimmed) ?? "" }
        let stated = head.text(at: "包头/记录数").flatMap { Int(KeyText.trimmed($0)) }
        if attribute("数据集") != request.dataset.name { return "Its 数据集 is not the manifest's." }
        if Int64(attribute("序号")) != file.number { return "Its 序号 is not the manifest's." }
        if attribute("模式") != (file.isFull ? "全量" : "增量") { return "Its 模式 is not the manifest's." }
        if stated != file.count { return "The 记录数 of its head is not the manifest's \(file.count)." }
        if count != file.count { return "It holds \(count) rows, the manifest says \(file.count)." }
        return nil
    }

    /// What costs a file and not the agency.
    private func refusal(_ error: AdapterError) throws(AdapterError) -> String {
        switch error.code {
        case .rejected, .malformed, .hostile, .limit: return error.message
        default: throw error
        }
    }

    private func read(_ file: ListedFile, at path: String, _ manifest: Manifest) throws(AdapterError) {
        rows.begin(file)
        if file.isFull { try writer.flush(events: [.completeReadBegan]) }
        let position = taken.reopen(file) ? taken.position : nil
        tell(manifest)
        try writer.flush(
            events: [.fileBegan(number: file.number, name: file.name, digest: file.digest)],
            position: position
        )
        let head = try client.readFile(path, gzip: file.name.hasSuffix(".gz"), shape: Self.shape) {
            _ throws(AdapterError) in
        } item: { item throws(AdapterError) in
            try rows.take(item)
        }
        writer.noteStrays(in: head, knowing: Self.elements)
        var events: [PullEvent] = []
        if file.isFull {
            let time = rows.greatest ?? LocalTime(seconds: 0)
            events.append(
                .completeReadEnded(time: time, sequence: file.number << 32, hadUnreadableKeys: rows.hadUnreadableKeys)
            )
        }
        events.append(.fileEnded(number: file.number))
        taken.take(file)
        tell(manifest)
        try writer.flush(events: events, position: taken.position)
    }
}
