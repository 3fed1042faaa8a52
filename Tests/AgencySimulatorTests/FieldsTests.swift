import AgencySimulator
import CreditModel
import Testing

/// The elements of each dataset, as the agencies' page names them.
@Suite("The fields of every dataset")
struct FieldsTests {
    private static let fields: [String: String] = [
        "registration": """
        PRIPID UNISCID REGNO ENTNAME OLDNAME ENTTYPE LEREP DOM DOMDISTRICT REGCAP REGCAPCUR ESTDATE OPFROM OPTO OPSCOPE \
        INDUSTRYCO REGSTATE REGORG APPRDATE PARENTPRIPID TEL
        """,
        "alteration": "PRIPID UNISCID REGNO ENTNAME ALTITEM ALTBE ALTAF ALTDATE",
        "abnormal": """
        BUSEXCLIST PRIPID UNISCID REGNO ENTNAME SPECAUSE SPECAUSETEXT ABNTIME DECORG REMEXCPRES REMDATE REDECORG
        """,
        "illegal": "ILLID PRIPID UNISCID REGNO ENTNAME SERILLREA ABNTIME DECORG REMEXCPRES REMDATE REDECORG",
        "penalty": """
        PRIPID UNISCID REGNO ENTNAME PENDECNO ILLEGACTTYPE PENBASIS PENTYPE PENAM FORFAM PENAUTH PENAUTHID \
        PENDECISSDATE PUBLICDATE SEVERITY
        """,
        "online-shop": "SHOPID PRIPID UNISCID REGNO ENTNAME ANCHEYEAR WEBTYPE WEBSITNAME DOMAIN PLATFORM ICP",
        "NSRXX": "NSRSBH SHXYDM NSRMC FDDBRXM ZCDZ SCJYDZ HY_DM DJRQ NSRZT_DM ZGSWJG_DM ZGSWJGMC YBNSR",
        "NSRXYDJ": "NSRSBH SHXYDM NSRMC PDND XYDJ PDRQ PDJG",
        "QSGG": "NSRSBH SHXYDM NSRMC FDDBRXM JYDZ SZ QSYE DQXZ ZGSWJG_DM GGRQ",
        "ZDSSWF": "AJBH NSRSBH SHXYDM ZZJGDM NSRMC AJXZ WFSS CLQK GBRQ YCRQ",
        "nsr": "nsrsbh nsrmc fddbr dz djrq nsrzt swjg", "fzc": "nsrsbh nsrmc fddbr rdrq jcrq",
        "qs": "nsrsbh nsrmc sz qsje swjg ggrq", "cf": "wsh nsrsbh nsrmc wfss cfyj cflb cfje cfrq jg",
        "ZZJGDM": "机构代码 统一社会信用代码 机构名称 机构类型 法定代表人 地址 行政区划 颁证日期 有效期至 注册号 状态",
        "SCXKZ": "证书编号 企业名称 机构代码 统一社会信用代码 产品名称 发证日期 有效期至 状态 发证机关",
        "CCC": "证书编号 生产企业 机构代码 产品名称 型号 发证日期 有效期至 状态",
        "JDCC": """
        报告编号 抽查级别 产品名称 商标 型号规格 批号 标称生产企业 生产企业代码 被抽样单位 被抽样单位代码 结果 不合格项目 检验机构 公布日期
        """,
        "XZCF/2018": """
        CF_XDR_MC CF_XDR_LB CF_XDR_SHXYM CF_XDR_GSZC CF_XDR_ZZJG CF_XDR_SWDJ CF_XDR_SYDW CF_XDR_SHZZ CF_FRDB CF_FR_ZJLX \
        CF_FR_ZJHM CF_FR_SFZH CF_XDR_ZJLX CF_XDR_ZJHM CF_WSH CF_WFXW CF_SY CF_YJ CF_CFLB CF_NR CF_NR_FK CF_NR_WFFF \
        CF_NR_ZKDX CF_JDRQ CF_YXQ CF_GSJZQ CF_CFJG CF_CFJGDM CF_SJLY CF_SJLYDM BZ CF_SYFW SCBMBM ADD_TIME
        """,
        "XZCF/2016": """
        CF_WSH CF_CFMC CF_CFLB1 CF_CFLB2 CF_SY CF_YJ CF_XDR_MC CF_XDR_SHXYM CF_XDR_ZDM CF_XDR_GSDJ CF_XDR_SWDJ \
        CF_XDR_SFZ CF_FR CF_JG CF_JDRQ CF_XZJG CF_ZT DFBM SJC BZ GSQX CF_AJMC CF_JZRQ CF_SYFW
        """,
    ]

    @Test("Each dataset has the page's fields, no others, and each field says something somewhere")
    func fields() throws {
        let some = try SimulatedPopulation(seed: 3, enterprises: 6_000)
        var seen: [String: Set<String>] = [:]
        var said: [String: Set<String>] = [:]
        for index in 0..<some.count {
            for event in some.events(of: index) {
                var name = event.dataset.name
                if name == "XZCF" { name += event.fields.contains { $0.name == "CF_XZJG" } ? "/2016" : "/2018" }
                for field in event.fields {
                    seen[name, default: []].insert(field.name)
                    if !["", "null", "NULL", "暂无", "\\n", "无"].contains(field.text) {
                        said[name, default: []].insert(field.name)
                    }
                }
            }
        }
        for (name, fields) in Self.fields {
            let wanted = Set(fields.split(separator: " ").map(String.init))
            #expect(seen[name] == wanted, "\(name): \((seen[name] ?? []).symmetricDifference(wanted).sorted())")
            #expect(said[name] == wanted, "\(name) never says \(wanted.subtracting(said[name] ?? []).sorted())")
        }
        #expect(Set(seen.keys) == Set(Self.fields.keys))
    }
}
