/// Where a tenant shows a picture of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// 启动页
    Splash,
    /// PC端登录页, through the tenant's own link only
    PcLogin,
    /// PC端首页
    PcHome,
    /// 小程序登录页
    MiniLogin,
    /// 小程序首页
    MiniHome,
    /// 资讯页
    News,
}

impl Slot {
    /// Its name in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Splash => "splash",
            Self::PcLogin => "pc_login",
            Self::PcHome => "pc_home",
            Self::MiniLogin => "mini_login",
            Self::MiniHome => "mini_home",
            Self::News => "news",
        }
    }

    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Splash => "启动页",
            Self::PcLogin => "PC端登录页",
            Self::PcHome => "PC端首页",
            Self::MiniLogin => "小程序登录页",
            Self::MiniHome => "小程序首页",
            Self::News => "资讯页",
        }
    }
}
