import AdapterKit
import CreditModel

/// One file that the manifest lists.
struct ListedFile: Hashable {
    var name: String
    var number: Int64
    var isFull: Bool
    var count: Int
    var size: Int
    /// SHA-256 in lower-case hex.
    var digest: String
}

/// What the manifest lists of one dataset.
struct Manifest {
    /// 生成时间.
    var generated: LocalTime?
    /// By 序号.
    var files: [ListedFile] = []
    /// Every 数据集 that it lists, in order of first mention.
    var datasets: [String] = []
    /// Entries that cannot be used, and why.
    var refused: [(what: String, why: String)] = []

    init(_ page: FeedPage, dataset: String) {
        generated = page.head.attribute("生成时间").flatMap { LocalTime(KeyText.trimmed($0)) }
        var byNumber: [Int64: ListedFile] = [:]
        var ambiguous: Set<Int64> = []
        for item in page.items {
            switch item {
            case .broken(let row):
                let name = row.scannedAttribute("数据集").map(KeyText.trimmed)
                if name == nil || name == dataset {
                    refused.append(("清单, entry \(row.row)", "The entry cannot be read."))
                }
            case .row(let row):
                let name = Self.attribute("数据集", row)
                if let name, !name.isEmpty, !datasets.contains(name) { datasets.append(name) }
                guard name == dataset else { continue }
                guard let file = Self.file(row) else {
                    refused.append(("清单, entry \(row.row)", Self.reason(row)))
                    continue
                }
                if let other = byNumber[file.number], other != file { ambiguous.insert(file.number) }
                byNumber[file.number] = file
            }
        }
        for number in ambiguous.sorted() {
            byNumber[number] = nil
            refused.append(("清单, 序号 \(number)", "The manifest lists two different files of this number."))
        }
        files = byNumber.values.sorted { $0.number < $1.number }
    }

    private static func attribute(_ name: String, _ row: FeedRow) -> String? {
        row.attributes.first { $0.name == name }.map { KeyText.trimmed($0.text) }
    }

    private static func file(_ row: FeedRow) -> ListedFile? {
        guard let name = attribute("文件名", row), isSafe(name),
            let number = attribute("序号", row).flatMap({ Int64($0) }), 1..<(1 << 31) ~= number,
            let mode = attribute("模式", row), mode == "全量" || mode == "增量",
            let count = attribute("记录数", row).flatMap({ Int($0) }), count >= 0,
            let size = attribute("字节数", row).flatMap({ Int($0) }), size >= 0,
            let digest = attribute("SHA256", row)?.lowercased(), digest.utf8.count == 64
        else { return nil }
        return ListedFile(name: name, number: number, isFull: mode == "全量", count: count, size: size, digest: digest)
    }

    private static func reason(_ row: FeedRow) -> String {
        if let name = attribute("文件名", row), !isSafe(name) {
            return "The file's name is no single path segment of A-Z a-z 0-9 _ . -"
        }
        return "序号, 模式, 记录数, 字节数 or SHA256 is missing or unreadable."
    }

    /// One path segment of `[A-Za-z0-9_.-]`.
    static func isSafe(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 255, name != ".", name != ".." else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
    }
}
