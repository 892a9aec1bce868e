//! `zhibu-provider-double [aliyun-port tencent-port control-port wechat-port alipay-port dingtalk-port livekit-port]`: the
//! emulator as a program. It says where it listens and runs until it is stopped.

use zhibu_emulator::Double;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let given: Vec<u16> = std::env::args().skip(1).filter_map(|port| port.parse().ok()).collect();
    let mut ports = [0; 7];
    ports.iter_mut().zip(given).for_each(|(port, given)| *port = given);
    let double = Double::on(ports).await?;
    #[expect(clippy::print_stdout, reason = "whoever starts it reads this")]
    {
        println!("aliyun  http://{}/", double.aliyun);
        println!("tencent http://{}/", double.tencent);
        println!("wechat  http://{}/", double.wechat);
        println!("alipay  http://{}/gateway.do", double.alipay);
        println!("dingtalk http://{}/", double.dingtalk);
        println!("livekit http://{}/", double.livekit);
        println!("control http://{}/_ctl/", double.control);
    }
    std::future::pending().await
}
