import AdapterKit
import AdapterRegistry
import CreditModel
import XMLFeed

/// A dataset with its adapter and the shape of the documents that it comes in.
struct Dialect: Sendable {
    let adapter: any TableAdapter.Type
    let instance: any SourceAdapter
    let dataset: DatasetID
    let shape: FeedShape

    /// Every dataset of every registered adapter.
    static let all: [Dialect] = AdapterRegistry.all.flatMap { type -> [Dialect] in
        guard let table = type as? any TableAdapter.Type, let instance = try? type.init(configuration(type)) else {
            return []
        }
        let agency = type.descriptor.id
        let shape = FeedShape(root: roots[agency] ?? "rows", row: table.rowElement)
        return type.descriptor.datasets.map {
            Dialect(adapter: table, instance: instance, dataset: $0.id, shape: shape)
        }
    }

    /// The element around the rows; it is the pull's matter, so that no table of an adapter tells it.
    private static let roots: [AgencyID: String] = [
        .hongdun: "RESULT", .statetax: "service", .localtax: "rs", .quality: "数据文件",
    ]

    private static func configuration(_ type: any SourceAdapter.Type) -> SourceConfiguration {
        SourceConfiguration(
            agency: type.descriptor.id,
            baseURL: "http://127.0.0.1:1",
            token: Secret("t"),
            user: "u",
            password: Secret("p"),
            since: Day("2018-01-01")
        )
    }

    /// The place in ``all`` of an agency's dataset, as the byte that chooses it.
    static func choice(_ agency: String, _ dataset: String) -> UInt8 {
        UInt8(all.firstIndex { $0.dataset.agency.description == agency && $0.dataset.name == dataset } ?? 0)
    }

    /// Element and attribute names and the code values of all schemas, and XML's own signs.
    static let words: [String] = {
        var words: Set<String> = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<?xml version=\"1.0\" encoding=\"gb2312\"?>", "GB18030",
            "GBK",
            "<!DOCTYPE ", "<!DOCTYPE html>", "<html>", "<title>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "/>",
            "</", "&#x30;", "&#48;", "&amp;", "&lt;", "xmlns:a=\"b\"", "a:b", "CODE=\"0\"", "NEXT=\"n\"", "MORE=\"0\"",
            "MORE=\"1\"", "<PAGE", "SEQ=\"1\"", "OP=\"U\"", "OP=\"D\"", "TS=\"2018-01-01 00:00:00\"", "<XGSJ>",
            "<YXBZ>Y",
            "head", "rtn_code", "tran_seq", "tran_id", "xtsj", "TOTAL", "PAGES", "total=\"1\"", "start=\"0\"",
            "gxsj=\"",
            "sjzt=\"0\"", "sjzt=\"2\"", "操作=\"新增\"", "操作=\"删除\"", "时间戳=\"", "清单", "数据包", "包头", "记录数", "序号=\"1\"",
            "模式=\"全量\"", "模式=\"增量\"", "字节数=\"", "SHA256=\"", "文件名=\"a.xml\"", "数据集=\"", "生成时间=\"",
        ]
        for dialect in all {
            words.formUnion(["<\(dialect.shape.root)", "</\(dialect.shape.root)>"])
            words.formUnion(["<\(dialect.shape.row)>", "</\(dialect.shape.row)>"])
            words.insert(dialect.dataset.name)
            words.formUnion(names(in: type(of: dialect.instance).descriptor.schema))
        }
        return words.sorted()
    }()

    /// What stands in quotes in a schema.
    private static func names(in schema: [UInt8]) -> [String] {
        schema.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false).enumerated().compactMap {
            $0.offset % 2 == 1 && 1...48 ~= $0.element.count ? String(validating: $0.element, as: UTF8.self) : nil
        }
    }
}
